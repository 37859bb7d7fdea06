# mogura_room(NAME USES room... [FOLDERS folder...] [LINKS library...] [TEST_LINKS library...])
#
# Declares the static library mogura_NAME from the *.cc files beside the calling CMakeLists.txt and
# in the room's FOLDERS, and the test program mogura_NAME_test from its *_test.cc files. A room's
# headers are reached as "NAME/header.h" through an include folder of the room's own, so that a file
# can include only the rooms that its room declares in USES (and what those use).
function(mogura_room name)
  cmake_parse_arguments(ARG "" "" "USES;FOLDERS;LINKS;TEST_LINKS" ${ARGN})
  set(folders_sources ${ARG_FOLDERS})
  list(TRANSFORM folders_sources APPEND "/*.cc")
  file(GLOB sources CONFIGURE_DEPENDS *.cc ${folders_sources})
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")

  set(door ${PROJECT_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${door}/${name} SYMBOLIC)

  add_library(mogura_${name} STATIC ${sources})
  set_target_properties(mogura_${name} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(mogura_${name} PUBLIC ${door})
  target_compile_options(mogura_${name} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${MOGURA_WARNINGS}>)
  foreach(used ${ARG_USES})
    target_link_libraries(mogura_${name} PUBLIC mogura_${used})
  endforeach()
  target_link_libraries(mogura_${name} PRIVATE ${ARG_LINKS} PUBLIC Threads::Threads)

  mogura_check_headers(${name} ${ARG_FOLDERS})

  if(tests)
    add_executable(mogura_${name}_test ${tests})
    target_compile_options(mogura_${name}_test PRIVATE ${MOGURA_WARNINGS})
    target_link_libraries(mogura_${name}_test
                          PRIVATE mogura_${name} ${ARG_TEST_LINKS} gtest gmock gtest_main)
    add_test(NAME ${name} COMMAND mogura_${name}_test --gtest_brief=1)
  endif()
endfunction()

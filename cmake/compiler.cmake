# Language level, warnings and hardening, the same for every room.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(MOGURA_CCACHE ccache)
if(MOGURA_CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${MOGURA_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MOGURA_CCACHE})
endif()

find_program(MOGURA_MOLD mold)
if(MOGURA_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

option(MOGURA_WERROR "Treat warnings as errors" ON)
set(MOGURA_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast)
# Options are structs with named fields; those that a caller does not name keep their defaults.
list(APPEND MOGURA_WARNINGS -Wno-missing-field-initializers)
if(MOGURA_WERROR)
  list(APPEND MOGURA_WARNINGS -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # g++ 12's own library uses what C++23 calls deprecated; g++ itself does not mind.
  list(APPEND MOGURA_WARNINGS -Wthread-safety -Wno-deprecated-declarations)
endif()

# Paths in messages and debug information begin at the root of the project: the same sources give
# the same program wherever they are built.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)
add_compile_options(-fstack-protector-strong $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>)
add_compile_definitions(_GLIBCXX_ASSERTIONS)
find_package(Threads REQUIRED)

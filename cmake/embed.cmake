# mogura_embed(TARGET HEADER NAMESPACE [CONSTANT FILE]...)
#
# Makes HEADER (reached as "HEADER" by the target and its users) with the bytes of each FILE, taken
# at build time, as a `constexpr std::string_view` named CONSTANT in NAMESPACE.
function(mogura_embed target header namespace)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/embedded)
  set(files)
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs constant file)
    list(APPEND files ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endwhile()
  set(script ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake)
  add_custom_command(
    OUTPUT ${folder}/${header}
    COMMAND ${CMAKE_COMMAND} -D "OUTPUT=${folder}/${header}" -D "NAMESPACE=${namespace}"
            -D "FOLDER=${CMAKE_CURRENT_SOURCE_DIR}" -D "PAIRS=${ARGN}" -P ${script}
    DEPENDS ${files} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${folder}/${header})
  target_include_directories(${target} PUBLIC ${folder})
endfunction()

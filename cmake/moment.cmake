# The library mogura_scripts: the JavaScript that every heap starts with, compiled to Duktape's
# bytecode and embedded. moment.js comes from npm, in the release that third_party/moment pins.
find_program(MOGURA_NPM npm REQUIRED)
set(moment_dir ${PROJECT_BINARY_DIR}/third_party/moment)
set(moment_source ${moment_dir}/node_modules/moment/moment.js)
set(moment_pin ${PROJECT_SOURCE_DIR}/third_party/moment)

add_custom_command(
  OUTPUT ${moment_source}
  COMMAND ${CMAKE_COMMAND} -E copy
          ${moment_pin}/package.json ${moment_pin}/package-lock.json ${moment_dir}
  COMMAND ${CMAKE_COMMAND} -E chdir ${moment_dir}
          ${MOGURA_NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${moment_source}
  DEPENDS ${moment_pin}/package.json ${moment_pin}/package-lock.json
  COMMENT "Fetching moment.js" VERBATIM)
file(MAKE_DIRECTORY ${moment_dir})

add_executable(mogura_compile_script ${PROJECT_SOURCE_DIR}/src/template/tools/compile_script.cc)
target_link_libraries(mogura_compile_script PRIVATE mogura_duktape)
target_compile_options(mogura_compile_script PRIVATE ${MOGURA_WARNINGS})

set(embedded)
foreach(script moment prelude)
  if(script STREQUAL moment)
    set(source ${moment_source})
  else()
    set(source ${PROJECT_SOURCE_DIR}/src/template/${script}.js)
  endif()
  set(output ${PROJECT_BINARY_DIR}/scripts/${script}.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND mogura_compile_script ${source} ${script} ${output}
    DEPENDS mogura_compile_script ${source} VERBATIM)
  list(APPEND embedded ${output})
endforeach()
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/scripts)
add_library(mogura_scripts STATIC ${embedded})
set_target_properties(mogura_scripts PROPERTIES UNITY_BUILD OFF)

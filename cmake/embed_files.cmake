# The build step of mogura_embed(): writes OUTPUT from the CONSTANT;FILE pairs in PAIRS.
set(text "// Made from the files named below by cmake/embed_files.cmake.\n#pragma once\n\n")
string(APPEND text "#include <string_view>\n\nnamespace ${NAMESPACE} {\n")
while(PAIRS)
  list(POP_FRONT PAIRS constant file)
  file(READ ${FOLDER}/${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND text "\n// ${file}\ninline constexpr char ${constant}Bytes[] = {${bytes}};\n"
                     "inline constexpr std::string_view ${constant}(${constant}Bytes, "
                     "sizeof ${constant}Bytes);\n")
endwhile()
string(APPEND text "\n}  // namespace ${NAMESPACE}\n")
get_filename_component(folder ${OUTPUT} DIRECTORY)
file(MAKE_DIRECTORY ${folder})
file(WRITE ${OUTPUT} "${text}")

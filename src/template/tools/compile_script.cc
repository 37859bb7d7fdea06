// Compiles a script to Duktape's bytecode and writes it as a C++ source that defines the function
// `mogura::tmpl::NAME_bytecode` (src/template/scripts.h):
//
//   mogura_compile_script SCRIPT NAME OUTPUT
#include <duktape.h>

#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

// The engine's hooks, which matter to running scripts, not to compiling them.
extern "C" {
int mogura_js_expired() {
  return 0;
}
int mogura_js_spent(std::size_t) {
  return 0;
}
int mogura_js_stack_low() {
  return 0;
}
double mogura_js_random() {
  return 0;
}
double mogura_js_now() {
  return 0;
}
int mogura_js_zone_offset(double) {
  return 0;
}
int mogura_js_offset_of_local(double) {
  return 0;
}
double mogura_js_parse_date(const char*) {
  return 0;
}
const char* mogura_js_date_text(const int*, int, int, int, int) {
  return "";
}
}

namespace {

std::string source_text(std::string_view bytes, std::string_view name) {
  std::string text =
      "#include <span>\nnamespace mogura::tmpl {\nnamespace {\n"
      "const unsigned char kBytes[] = {";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (at % 32 == 0) text += '\n';
    text += std::to_string(static_cast<unsigned char>(bytes[at])) + ',';
  }
  text += "};\n}\nextern std::span<const unsigned char> ";
  text.append(name).append("_bytecode();\nstd::span<const unsigned char> ").append(name);
  text += "_bytecode() { return kBytes; }\n}\n";
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::ifstream input(argv[1], std::ios::binary);
  const std::string script((std::istreambuf_iterator<char>(input)), {});
  const std::unique_ptr<duk_context, decltype(&duk_destroy_heap)> owner(duk_create_heap_default(),
                                                                        duk_destroy_heap);
  duk_context* heap = owner.get();
  if (!input || duk_pcompile_lstring(heap, DUK_COMPILE_EVAL, script.data(), script.size()) != 0) {
    return 1;
  }
  duk_dump_function(heap);
  duk_size_t size = 0;
  const void* bytes = duk_get_buffer(heap, -1, &size);
  std::ofstream output(argv[3], std::ios::binary);
  output << source_text({static_cast<const char*>(bytes), size}, argv[2]);
  output.flush();
  return output ? 0 : 1;
}

// The objects that the API takes and gives, as data: for its description (openapi.h), and for the
// test that models.h makes what is described.
#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace mogura::server {

/// A member of an object.
struct Field {
  std::string_view name;
  /// A model, or one of id, text, int32, int64, boolean, instant, offset_time, base64, object; a
  /// `[]` behind it: an array of those.
  std::string_view type;
  enum class Presence {
    always,
    nullable,  // always there in answers, but perhaps null
    optional,  // requests may leave it out
  } presence = Presence::always;
};

struct Model {
  std::string_view name;
  std::vector<Field> fields;  // in their order (rest-api.md §5)
};

/// All of them. Thread-safe.
std::span<const Model> models();
/// Null where there is none of this name.
const Model* find_model(std::string_view name);

}  // namespace mogura::server

// A route of the API: one entry says what it answers to, who may call it, what it takes and what it
// gives. Dispatch, authorisation and the description of the API (openapi.h) all read this.
//
//   {"GET", "/api/projects/{id:int32}", Permission::get_project, get_project, "A project"}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_server.h"
#include "server/caller.h"
#include "server/services.h"

namespace mogura::server {

/// One request on its way through a route.
struct Call {
  const Services& services;
  const net::ServerRequest& request;
  const Caller& caller;
  std::vector<std::pair<std::string_view, std::string>> path;  // the template's variables

  /// A variable of the path; of type int32 or int64 for id().
  const std::string& text(std::string_view name) const;
  std::int64_t id(std::string_view name) const;
};

using Handler = net::ServerResponse (*)(const Call& call);

enum class ParameterType { text, int32, int64, boolean, instant, local_time_or_instant };

/// A parameter of the query.
struct Parameter {
  std::string_view name;
  ParameterType type = ParameterType::text;
  bool required = false;
  std::string_view about;
  std::vector<std::string_view> choices = {};  // of a text; empty: any
};

struct Route {
  std::string_view method;
  /// Variables are `{name}`, `{name:int32}` or `{name:int64}`, each a whole segment.
  std::string_view path;
  Permission permission = Permission::nobody;
  Handler handler = nullptr;
  std::string_view summary;
  std::vector<Parameter> query = {};
  /// The model of the body (schemas.h); empty: none is read. `application/gzip` is an archive.
  std::string_view body = {};
  /// The model of a good answer, or its media type.
  std::string_view result = {};

  /// The media type of a good answer.
  std::string_view produces() const;
};

/// How the path of a request compares with a route's.
enum class PathMatch {
  none,
  malformed,  // its form is right, but a number is none (rest-api.md §3.4)
  full,
};
struct MatchedPath {
  PathMatch match = PathMatch::none;
  std::vector<std::pair<std::string_view, std::string>> variables;
};
MatchedPath match_path(std::string_view path_template,
                       const std::vector<std::string>& path_segments);

/// A decimal number of 32 or 64 bits, with a sign or without.
bool parse_id(std::string_view text, ParameterType type, std::int64_t& number);

}  // namespace mogura::server

#include "server/api.h"

#include <algorithm>
#include <set>

#include "server/media_type.h"
#include "server/reply.h"
#include "server/request_error.h"
#include "server/routes.h"

namespace mogura::server {
namespace {

constexpr std::string_view kWrongContentType = "RESTEASY003065: Cannot consume content type";
constexpr std::string_view kOptionsType = "text/plain;charset=UTF-8";

// With swagger, pages of other origins may use the API (rest-api.md §12.4).
const net::HttpHeaders kCrossOriginHeaders{
    {"Access-Control-Allow-Origin", "*"},
    {"Access-Control-Allow-Headers", "origin, content-type, accept, authorization"},
    {"Access-Control-Allow-Credentials", "true"},
    {"Access-Control-Allow-Methods", "GET, POST, PUT, DELETE, OPTIONS, HEAD"},
    {"Access-Control-Max-Age", "1209600"}};

bool is_api_path(const net::RequestTarget& target) {
  return target.segments.front() == "api";
}

bool is_exempt_from_authentication(const net::ServerRequest& request) {
  return request.method == "OPTIONS" || request.method == "TRACE" ||
         request.target.path == "/api/version";
}

// The methods of a path: those of its routes, HEAD where there is GET, and OPTIONS.
std::string allowed_methods(std::set<std::string_view> methods) {
  if (methods.contains("GET")) methods.insert("HEAD");
  methods.insert("OPTIONS");
  std::string list;
  for (const std::string_view method : methods) {
    if (!list.empty()) list += ", ";
    list += method;
  }
  return list;
}

net::ServerResponse options_reply(const std::string& allowed) {
  net::ServerResponse response = text_reply(allowed, kOptionsType);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

net::ServerResponse wrong_method_reply(const std::string& allowed) {
  net::ServerResponse response = empty_reply(405);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

// Nothing is served outside of the API but to those who only read.
net::ServerResponse outside_of_api(const net::ServerRequest& request) {
  const std::string allowed = allowed_methods({"GET"});
  if (request.method == "OPTIONS") return options_reply(allowed);
  if (request.method != "GET" && request.method != "HEAD") return wrong_method_reply(allowed);
  return empty_reply(404);
}

// What a route does not take or give, or its caller may not have.
void check_call(const Route& route, const net::ServerRequest& request, const Caller& caller) {
  if (route.permission == Permission::admin && request.listener != kAdminListener) {
    throw RequestError(404);
  }
  if (!caller.may(route.permission)) {
    if (route.permission == Permission::admin) throw RequestError(403);
    throw RequestError(403, "Forbidden");
  }
  const std::optional<std::string> content_type = request.header("Content-Type");
  const std::string_view body = route.body.contains('/') ? route.body : kJson;
  const bool reads_body = !route.body.empty();
  if (reads_body && content_type && !is_type(*content_type, body)) {
    throw bad_request(std::string(kWrongContentType));
  }
  if (!accepts(request.header("Accept").value_or(""), route.produces())) throw RequestError(406);
}

// No name may hold one, and not every database could look for it.
bool holds_nul(const net::RequestTarget& target) {
  const auto has = [](const std::string& text) { return text.contains('\0'); };
  return std::ranges::any_of(target.segments, has) ||
         std::ranges::any_of(target.query, [&](const auto& parameter) {
           return has(parameter.first) || has(parameter.second);
         });
}

}  // namespace

Api::Api(const Services& services)
    : services_(services), authenticator_(services.settings.user), routes_(all_routes()) {}

net::ServerResponse Api::handle(const net::ServerRequest& request) const {
  net::ServerResponse response = answer(request);
  if (is_api_path(request.target)) {
    const auto& own = services_.settings.headers;
    response.headers.insert(response.headers.end(), own.begin(), own.end());
    if (services_.settings.enable_swagger) {
      response.headers.insert(response.headers.end(), kCrossOriginHeaders.begin(),
                              kCrossOriginHeaders.end());
    }
  }
  return response;
}

net::ServerResponse Api::answer(const net::ServerRequest& request) const {
  try {
    if (!is_api_path(request.target) || is_exempt_from_authentication(request)) {
      return dispatch(request, Caller{});
    }
    const auto caller = authenticator_.authenticate(request.header("Authorization"));
    if (!caller) return error_reply(401, caller.error());
    return dispatch(request, *caller);
  } catch (const Error& error) {
    return reply_to(error);
  }
}

net::ServerResponse Api::dispatch(const net::ServerRequest& request, const Caller& caller) const {
  const std::string_view method =
      request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::set<std::string_view> methods;
  const Route* chosen = nullptr;
  MatchedPath matched;
  for (const Route& route : routes_) {
    MatchedPath match = match_path(route.path, request.target.segments);
    if (match.match == PathMatch::none || match.match < matched.match) continue;
    // `/api/attempts/kill` is no attempt with a malformed id.
    if (match.match > matched.match) {
      methods.clear();
      chosen = nullptr;
      matched.match = match.match;
    }
    methods.insert(route.method);
    if (route.method != method || chosen != nullptr) continue;
    chosen = &route;
    matched = std::move(match);
  }
  if (methods.empty()) {
    return is_api_path(request.target) ? empty_reply(404) : outside_of_api(request);
  }
  if (request.method == "OPTIONS") return options_reply(allowed_methods(std::move(methods)));
  if (chosen == nullptr) return wrong_method_reply(allowed_methods(std::move(methods)));
  if (matched.match == PathMatch::malformed) throw unparsable();
  if (holds_nul(request.target)) throw RequestError(400, "The address holds a NUL character: %00");
  check_call(*chosen, request, caller);
  return chosen->handler({services_, request, caller, std::move(matched.variables)});
}

}  // namespace mogura::server

#include "net/http_redirect.h"

#include <memory>

#include "net/curl_handle.h"

namespace mogura::net {

std::optional<std::string> redirected_method(int status, std::string_view method) {
  const std::string same(method);
  const bool head = method == "HEAD";
  const bool put = method == "PUT";
  switch (status) {
    case 301:
      if (method == "GET" || head || put) return same;
      if (method == "POST") return "GET";
      return std::nullopt;
    case 302:
      return head || put ? same : "GET";
    case 303:
      return head ? same : "GET";
    case 307:
    case 308:
      return same;
    default:
      return std::nullopt;
  }
}

std::optional<std::string> redirected_url(const std::string& base, const std::string& location) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) {
    return std::nullopt;
  }
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), CURLU_URLENCODE) != CURLUE_OK) {
    return std::nullopt;
  }
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  std::string result = text;
  if (!result.starts_with("http://") && !result.starts_with("https://")) return std::nullopt;
  return result;
}

}  // namespace mogura::net

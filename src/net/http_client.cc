// An exchange is one libcurl handle that sends the request, reads the answer into an HttpResponse
// and, as long as the answer is a redirect to follow, sends again. libcurl would add, replace and
// merge headers; each header that it has an opinion about is therefore either given or switched
// off.
#include "net/http_client.h"

#include <strings.h>

#include <algorithm>
#include <limits>

#include "net/curl_handle.h"
#include "net/gunzip.h"
#include "net/http_redirect.h"
#include "net/url.h"

namespace mogura::net {
namespace {

using SteadyClock = std::chrono::steady_clock;

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kSeparators = "()<>@,;:\\\"/[]?={}";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return c > ' ' && c < '\x7f' && kSeparators.find(c) == std::string_view::npos;
  });
}

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// One header as libcurl's list wants it: a header without a value ends in a semicolon.
std::string header_line(const std::string& name, std::string value) {
  std::ranges::replace_if(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }, ' ');
  if (stripped(value).empty()) return name + ";";
  return name + ": " + value;
}

CurlList header_list(const HttpRequest& request) {
  // Headers that libcurl sends by itself, unless a line without a value removes them.
  constexpr std::string_view kUnwanted[] = {"Accept", "Content-Type", "Expect"};
  CurlList list;
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) throw Error("illegal argument", "Invalid header name");
    if (same_name(name, "Content-Length")) continue;
    list.append(header_line(name, value));
  }
  for (const std::string_view unwanted : kUnwanted) {
    const bool given = std::ranges::any_of(
        request.headers, [&](const auto& header) { return same_name(header.first, unwanted); });
    if (!given) list.append(std::string(unwanted) + ":");
  }
  return list;
}

/// Reads the lines and bytes of one answer after another; the last one stays.
class AnswerReader {
 public:
  explicit AnswerReader(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
    const std::size_t bytes = size * count;
    return static_cast<AnswerReader*>(self)->read_header({data, bytes}) ? bytes : 0;
  }
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
    const std::size_t bytes = size * count;
    return static_cast<AnswerReader*>(self)->read_body({data, bytes}) ? bytes : 0;
  }

  void reset() { response_ = {}; }
  HttpResponse& response() { return response_; }

 private:
  bool read_header(std::string_view line) {
    if (line.starts_with("HTTP/")) {
      begin_answer(stripped(line));
      return true;
    }
    header_bytes_ += line.size();
    if (header_bytes_ > kMaxHttpHeaderBytes) return false;
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      response_.headers.emplace_back(stripped(line.substr(0, colon)),
                                     stripped(line.substr(colon + 1)));
    }
    return true;
  }

  void begin_answer(std::string_view status_line) {
    response_ = {};
    header_bytes_ = 0;
    const auto blank = std::min(status_line.find(' '), status_line.size());
    response_.protocol = std::string(status_line.substr(0, blank));
    const std::string_view rest = stripped(status_line.substr(blank));
    const auto code_end = std::min(rest.find(' '), rest.size());
    response_.reason = std::string(stripped(rest.substr(code_end)));
  }

  bool read_body(std::string_view bytes) {
    const std::size_t room = max_bytes_ - response_.body.size();
    response_.body_too_large = bytes.size() > room;
    response_.body.append(bytes.substr(0, room));
    return !response_.body_too_large;
  }

  std::size_t max_bytes_;
  std::size_t header_bytes_ = 0;
  HttpResponse response_;
};

class Transfer {
 public:
  explicit Transfer(const HttpRequest& request)
      : request_(request),
        deadline_(SteadyClock::now() + request.timeout),
        headers_(header_list(request)),
        answer_(request.max_response_bytes) {
    configure_transfer();
    configure_request();
    if (request.proxy) configure_proxy(*request.proxy);
  }

  HttpResponse send(const std::string& method, const std::string& url);

 private:
  void configure_transfer();
  void configure_request();
  void configure_proxy(const HttpProxy& proxy);
  bool answered(CURLcode code);
  void decode_body(const std::string& url);
  Error no_answer(const std::string& url, const std::string& cause) const;
  std::string cause(CURLcode code) const;

  const HttpRequest& request_;
  SteadyClock::time_point deadline_;
  CurlList headers_;
  AnswerReader answer_;
  CurlHandle curl_;
};

void Transfer::configure_transfer() {
  curl_.set(CURLOPT_PROTOCOLS_STR, "http,https");
  curl_.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_.set(CURLOPT_PATH_AS_IS, 1L);
  curl_.set(CURLOPT_HTTPHEADER, headers_.get());
  curl_.set(CURLOPT_HEADERFUNCTION, &AnswerReader::on_header);
  curl_.set(CURLOPT_HEADERDATA, &answer_);
  curl_.set(CURLOPT_WRITEFUNCTION, &AnswerReader::on_body);
  curl_.set(CURLOPT_WRITEDATA, &answer_);
  curl_.set_verification(request_.verify_certificate, request_.verify_host);
}

void Transfer::configure_request() {
  if (!is_token(request_.method)) throw Error("illegal argument", "Invalid HTTP method");
  if (request_.method == "HEAD") {
    curl_.set(CURLOPT_NOBODY, 1L);
    return;
  }
  const bool wants_body =
      request_.method == "POST" || request_.method == "PUT" || request_.method == "PATCH";
  if (request_.body) {
    curl_.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    curl_.set(CURLOPT_POSTFIELDS, request_.body->data());
  } else if (wants_body) {
    curl_.set(CURLOPT_POSTFIELDS, "");
  }
}

void Transfer::configure_proxy(const HttpProxy& proxy) {
  curl_.set(CURLOPT_PROXY, proxy.host.c_str());
  curl_.set(CURLOPT_PROXYPORT, static_cast<long>(proxy.port));
  curl_.set(CURLOPT_PROXYTYPE, static_cast<long>(proxy.tls ? CURLPROXY_HTTPS : CURLPROXY_HTTP));
  curl_.set(CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  if (!proxy.username.empty()) {
    curl_.set(CURLOPT_PROXYUSERNAME, proxy.username.c_str());
    curl_.set(CURLOPT_PROXYPASSWORD, proxy.password.c_str());
  }
}

HttpResponse Transfer::send(const std::string& method, const std::string& url) {
  if (request_.timeout.count() > 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - SteadyClock::now());
    // Zero would be no limit; libcurl takes an int.
    curl_.set(CURLOPT_TIMEOUT_MS,
              std::clamp<long>(left.count(), 1, std::numeric_limits<int>::max()));
  }
  curl_.set(CURLOPT_URL, url.c_str());
  if (method != "HEAD") curl_.set(CURLOPT_CUSTOMREQUEST, method.c_str());
  answer_.reset();
  const CURLcode code = curl_.perform({.give_up = request_.canceled, .sent = request_.sent});
  if (!answered(code)) throw no_answer(url, cause(code));
  decode_body(url);
  return std::move(answer_.response());
}

/// Fills in the status of the answer that came, if one did.
bool Transfer::answered(CURLcode code) {
  HttpResponse& response = answer_.response();
  const int status = static_cast<int>(curl_.info(CURLINFO_RESPONSE_CODE));
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && response.body_too_large)) {
    response.status = status;
    return true;
  }
  constexpr int kFirstRefusal = 300;
  const int connect_status = static_cast<int>(curl_.info(CURLINFO_HTTP_CONNECTCODE));
  if (status == 0 && connect_status >= kFirstRefusal) {
    response.status = connect_status;
    return true;
  }
  return false;
}

void Transfer::decode_body(const std::string& url) {
  HttpResponse& response = answer_.response();
  const std::string encoding = response.header("Content-Encoding").value_or("");
  if (response.body.empty() || !(same_name(encoding, "gzip") || same_name(encoding, "x-gzip"))) {
    return;
  }
  Gunzipped content = gunzip(response.body, request_.max_response_bytes);
  if (!content.complete && !content.too_large && !response.body_too_large) {
    throw no_answer(url, "broken gzip content");
  }
  response.body = std::move(content.content);
  response.body_too_large |= content.too_large;
}

Error Transfer::no_answer(const std::string& url, const std::string& cause) const {
  std::string target = "the given address";
  if (const auto parsed = parse_url(url)) {
    target = parsed->host + ":" + std::to_string(parsed->effective_port());
  }
  if (request_.proxy) {
    target += " through proxy " + request_.proxy->host + ":" + std::to_string(request_.proxy->port);
  }
  return Error("io", target + ": " + cause);
}

std::string Transfer::cause(CURLcode code) const {
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      if (request_.timeout.count() <= 0) return curl_.failure(code);
      return "no complete answer within " + std::to_string(request_.timeout.count()) + " ms";
    case CURLE_ABORTED_BY_CALLBACK:
      return "canceled";
    case CURLE_WRITE_ERROR:
      return "more than " + std::to_string(kMaxHttpHeaderBytes) + " bytes of headers";
    case CURLE_URL_MALFORMAT:
      return "malformed address";
    default:
      return curl_.failure(code);
  }
}

}  // namespace

std::optional<std::string> HttpResponse::header(std::string_view name) const {
  const auto found = std::ranges::find_if(
      headers, [&](const auto& header) { return same_name(header.first, name); });
  if (found == headers.end()) return std::nullopt;
  return found->second;
}

HttpResponse http_exchange(const HttpRequest& request) {
  Transfer transfer(request);
  std::string method = request.method;
  std::string url = request.url;
  for (int redirects = 0;; ++redirects) {
    HttpResponse response = transfer.send(method, url);
    const auto location = response.header("Location");
    const auto next_method = redirected_method(response.status, method);
    if (redirects >= request.max_redirects || !location || !next_method) return response;
    const auto next_url = redirected_url(url, *location);
    if (!next_url) return response;
    method = *next_method;
    url = *next_url;
  }
}

}  // namespace mogura::net

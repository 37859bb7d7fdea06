// Makes a ServerRequest of the bytes of a connection, within the limits.
//
// Private to this room: of Beast nothing is used but this parser.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "net/ascii.h"
#include "net/http_server.h"

namespace mogura::net {

/// put() it the bytes as they come; `request` is complete when is_done(). A body that is too large
/// is thrown away as it comes.
class RequestParser : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(const HttpServerLimits& limits) : limits_(limits) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(boost::none);
  }

  ServerRequest request;
  bool is_http_1_0 = false;
  bool expects_continue = false;
  std::size_t discarded = 0;

 private:
  void on_request_impl(boost::beast::http::verb, boost::beast::string_view method,
                       boost::beast::string_view target, int version,
                       boost::system::error_code& error) override {
    if (version != 10 && version != 11) error = boost::beast::http::error::bad_version;
    is_http_1_0 = version == 10;
    request.method = std::string(method);
    request.uri = std::string(target);
    request.protocol = is_http_1_0 ? "HTTP/1.0" : "HTTP/1.1";
  }
  void on_field_impl(boost::beast::http::field name, boost::beast::string_view name_text,
                     boost::beast::string_view value, boost::system::error_code& error) override {
    if (is_header_done()) return;  // a trailer
    if (request.headers.size() == limits_.headers) error = boost::beast::http::error::header_limit;
    if (name == boost::beast::http::field::expect)
      expects_continue = same_word(value, "100-continue");
    request.headers.emplace_back(name_text, value);
  }
  void on_header_impl(boost::system::error_code& error) override {
    request.target = net::parse_target(request.uri);
    if (request.target.query.size() > limits_.query_parameters)
      error = boost::beast::http::error::bad_target;
    if (content_length().value_or(0) > limits_.discarded_bytes)
      error = boost::beast::http::error::body_limit;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length,
                         boost::system::error_code&) override {
    if (length) request.content_length = static_cast<std::size_t>(*length);
  }
  std::size_t on_body_impl(boost::beast::string_view bytes,
                           boost::system::error_code& error) override {
    if (request.body.size() + bytes.size() > limits_.body_bytes) request.body_too_large = true;
    if (!request.body_too_large) {
      request.body.append(bytes);
      return bytes.size();
    }
    discarded += bytes.size() + request.body.size();
    std::string().swap(request.body);
    if (discarded > limits_.discarded_bytes) error = boost::beast::http::error::body_limit;
    return bytes.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view bytes,
                                 boost::system::error_code& error) override {
    return on_body_impl(bytes, error);
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view,
                            boost::system::error_code&) override {}
  void on_response_impl(int, boost::beast::string_view, int, boost::system::error_code&) override {}
  void on_finish_impl(boost::system::error_code&) override {}

  const HttpServerLimits& limits_;
};

}  // namespace mogura::net

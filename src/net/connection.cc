// Time limits are deadlines: a connection has at most one, moved forward without touching its
// timer, which looks again when it fires.
#include "net/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "net/ascii.h"
#include "net/content_coding.h"
#include "net/response_head.h"

namespace mogura::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

const Logger connection_logger("io.digdag.guice.rs.server.undertow.UndertowServer");

constexpr std::size_t kIdleBufferBytes = 4u << 10;
constexpr std::size_t kBodyBufferBytes = 64u << 10;
// What a client may still send after an answer that closes its connection, and how long.
constexpr std::size_t kMaxLingerBytes = 1u << 20;
constexpr std::chrono::seconds kMaxLinger{2};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string chunk_of(std::string_view piece) {
  return fmt::format("{:x}\r\n{}\r\n", piece.size(), piece);
}

ServerResponse handle(const Shared& shared, ServerRequest& request) {
  if (const auto coding = find_coding(request.header("Content-Encoding").value_or(""))) {
    if (*coding != ContentCoding::identity && !request.body.empty()) {
      Decompressed plain = decompress(request.body, *coding, shared.options.limits.body_bytes);
      request.body_malformed = plain.malformed;
      request.body_too_large = plain.too_large;
      request.body = plain.malformed || plain.too_large ? "" : std::move(plain.content);
    }
  } else {
    request.body_malformed = true;
    request.body.clear();
  }
  try {
    return shared.handler(request);
  } catch (const std::exception& error) {
    connection_logger.error("{} {} failed: {}", request.method, request.target.path, error.what());
    return {500, {}, ""};
  }
}

// Archives and logs are gzip files: their bytes go as they are (rest-api.md §2.4).
ContentCoding coding_for(const ServerRequest& request, const ServerResponse& response) {
  const std::string* const text = std::get_if<std::string>(&response.body);
  if (text == nullptr || text->empty()) return ContentCoding::identity;
  for (const auto& [name, value] : response.headers) {
    if (same_word(name, "Content-Type") && value == "application/gzip") {
      return ContentCoding::identity;
    }
  }
  return choose_coding(request.header("Accept-Encoding").value_or(""));
}

Answer make_answer(const Shared& shared, const ServerRequest& request, ServerResponse response,
                   bool keep_alive) {
  Answer answer;
  answer.status = response.status;
  const bool is_http_1_0 = request.protocol == "HTTP/1.0";
  std::optional<std::size_t> length = response.content_length;
  ContentCoding coding = coding_for(request, response);
  if (std::string* const text = std::get_if<std::string>(&response.body)) {
    answer.body = coding == ContentCoding::identity ? std::move(*text) : compress(*text, coding);
    length = answer.body.size();
  } else if (auto* const source = std::get_if<std::unique_ptr<BodySource>>(&response.body)) {
    answer.source = std::move(*source);
  } else {
    answer.stream = std::move(std::get<ServerResponse::Stream>(response.body));
  }
  answer.chunked = !length && !is_http_1_0 && !is_bodiless(response.status);
  answer.keep_alive = keep_alive && (length || answer.chunked || is_bodiless(response.status));
  answer.head = response_head({response.status, response.headers, shared.clock.now(), length,
                               coding, answer.chunked, answer.keep_alive, is_http_1_0});
  if (request.method == "HEAD" || is_bodiless(response.status)) {
    answer.body.clear();
    answer.source.reset();
    answer.stream = nullptr;
    answer.chunked = false;
  }
  return answer;
}

}  // namespace

void Connection::start() {
  ErrorCode error;
  const asio::ip::tcp::endpoint peer = wire_->socket().remote_endpoint(error);
  if (error) return close();
  peer_ = peer.address().to_string();
  wire_->socket().set_option(asio::ip::tcp::no_delay(true), error);
  set_deadline(shared_.options.limits.request_parse);
  wire_->handshake(then(&Connection::handshaken));
}

void Connection::handshaken(std::size_t) {
  await_request();
}

void Connection::await_request() {
  parser_.emplace(shared_.options.limits);
  continue_sent_ = false;
  if (filled_ > 0) {
    request_began_ = std::chrono::steady_clock::now();
    set_deadline(shared_.options.limits.request_parse);
    return parse();
  }
  std::string().swap(input_);
  set_deadline(shared_.options.limits.no_request);
  read();
}

void Connection::read() {
  const std::size_t room = parser_->is_header_done() ? kBodyBufferBytes : kIdleBufferBytes;
  if (input_.size() - filled_ < room) input_.resize(filled_ + room);
  wire_->read_some(asio::buffer(input_.data() + filled_, input_.size() - filled_),
                   then(&Connection::on_read));
}

void Connection::on_read(std::size_t bytes) {
  if (!parser_->got_some() && filled_ == 0) {
    request_began_ = std::chrono::steady_clock::now();
    set_deadline(shared_.options.limits.request_parse);
  }
  filled_ += bytes;
  parse();
}

void Connection::parse() {
  ErrorCode error;
  std::size_t used = 0;
  while (used < filled_ && !parser_->is_done() && !error) {
    used += parser_->put(asio::buffer(input_.data() + used, filled_ - used), error);
  }
  input_.erase(0, used);
  filled_ -= used;
  if (error == http::error::header_limit) return refuse(431);
  if (error == http::error::body_limit) return refuse(413);
  if (error && error != http::error::need_more) return refuse(400);
  if (parser_->is_done()) return dispatch();
  if (parser_->is_header_done()) {
    set_deadline(shared_.options.limits.io_idle);
    if (parser_->expects_continue && !std::exchange(continue_sent_, true)) {
      return wire_->write({asio::buffer(kContinue)}, then(&Connection::on_continue_sent));
    }
  }
  read();
}

// The client did not speak HTTP, or too much of it.
void Connection::refuse(int status) {
  request_ = std::make_shared<ServerRequest>(std::move(parser_->request));
  request_->target = parse_target(request_->uri);
  send(make_answer(shared_, *request_, {status, {}, ""}, /*keep_alive=*/false));
}

void Connection::dispatch() {
  deadline_.reset();
  const bool keep_alive = parser_->keep_alive();
  request_ = std::make_shared<ServerRequest>(std::move(parser_->request));
  request_->listener = listener_;
  request_->peer = peer_;
  in_work_ = std::make_shared<WorkToken>(shared_);
  if (shared_.draining) {
    return send(make_answer(shared_, *request_, {503, {}, ""}, /*keep_alive=*/false));
  }
  shared_.workers.post(
      [self = shared_from_this(), request = request_, token = in_work_, keep_alive]() mutable {
        Shared& shared = self->shared_;
        auto answer = std::make_shared<Answer>(make_answer(
            shared, *request, handle(shared, *request), keep_alive && !shared.draining));
        Connection& connection = *self;
        connection.post([self = std::move(self), answer] { self->send(std::move(*answer)); });
      });
}

void Connection::send(Answer answer) {
  if (closed_) return;
  answer_ = std::move(answer);
  body_bytes_sent_ = answer_.body.size();
  set_deadline(shared_.options.limits.io_idle);
  wire_->write({asio::buffer(answer_.head), asio::buffer(answer_.body)},
               then(&Connection::on_head_sent));
}

void Connection::on_head_sent(std::size_t) {
  if (answer_.source) return read_source();
  if (answer_.stream) return open_stream();
  finish();
}

void Connection::read_source() {
  deadline_.reset();
  shared_.workers.post([self = shared_from_this(), token = in_work_] {
    std::optional<std::string> piece;
    try {
      piece = self->answer_.source->read();
    } catch (const std::exception& error) {
      connection_logger.error("Reading an answer failed: {}", error.what());
    }
    self->post([self, piece = std::move(piece)]() mutable {
      if (self->closed_) return;
      if (!piece) return self->close();
      if (piece->empty()) return self->end_body();
      self->send_piece(std::move(*piece));
    });
  });
}

void Connection::send_piece(std::string piece) {
  body_bytes_sent_ += piece.size();
  framed_ = answer_.chunked ? chunk_of(piece) : std::move(piece);
  set_deadline(shared_.options.limits.io_idle);
  wire_->write({asio::buffer(framed_)}, then(&Connection::on_piece_sent));
}

void Connection::on_piece_sent(std::size_t) {
  if (answer_.source) return read_source();
  deadline_.reset();
  pump_stream();
}

void Connection::open_stream() {
  deadline_.reset();
  in_work_.reset();
  stream_ = std::make_shared<BufferedStream>([this, self = weak_from_this()] {
    post([self] {
      if (const auto connection = self.lock()) connection->pump_stream();
    });
  });
  watch_client();
  shared_.workers.post(
      [stream = stream_, open = std::exchange(answer_.stream, nullptr)] { open(stream); });
}

void Connection::pump_stream() {
  if (closed_ || !stream_) return;
  std::optional<BufferedStream::Taken> taken = stream_->take();
  if (!taken) return;
  if (taken->overrun) return close();
  if (!taken->bytes.empty()) return send_piece(std::move(taken->bytes));
  end_body();
}

// A client that goes away is noticed while nothing is sent to it, too. What it may send meanwhile
// is its next request.
void Connection::watch_client() {
  if (filled_ > 0) return;
  input_.resize(kIdleBufferBytes);
  wire_->read_some(asio::buffer(input_),
                   [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                     if (self->closed_) return;
                     if (error) return self->close();
                     self->filled_ = bytes;
                     self->answer_.keep_alive = false;
                   });
}

void Connection::end_body() {
  if (!answer_.chunked) return finish();
  wire_->write({asio::buffer(kLastChunk)}, then(&Connection::on_last_chunk_sent));
}

void Connection::finish() {
  report();
  in_work_.reset();
  const bool was_stream = stream_ != nullptr;
  if (was_stream) std::exchange(stream_, nullptr)->disconnect();
  const bool keep_alive = answer_.keep_alive && !was_stream;
  answer_ = {};
  std::string().swap(framed_);
  if (!keep_alive) return end();
  await_request();
}

void Connection::report() {
  if (const auto request = std::exchange(request_, nullptr); request && shared_.observer) {
    const auto duration = std::chrono::steady_clock::now() - request_began_;
    shared_.observer({*request, answer_.status, body_bytes_sent_,
                      std::chrono::duration_cast<Duration>(duration)});
  }
}

// Closing at once could destroy the answer on its way to a client that is still sending.
void Connection::end() {
  set_deadline(kMaxLinger);
  wire_->end(then(&Connection::linger));
}

void Connection::linger(std::size_t bytes) {
  lingered_ += bytes;
  if (lingered_ > kMaxLingerBytes) return close();
  input_.resize(kIdleBufferBytes);
  wire_->read_some(asio::buffer(input_), then(&Connection::linger));
}

void Connection::close() {
  if (std::exchange(closed_, true)) return;
  report();
  in_work_.reset();
  if (stream_) std::exchange(stream_, nullptr)->disconnect();
  timer_.cancel();
  ErrorCode error;
  wire_->socket().close(error);
  io_.connections.erase(this);
  --shared_.connections;
}

void Connection::set_deadline(std::chrono::milliseconds after) {
  deadline_ = std::chrono::steady_clock::now() + after;
  if (!timer_armed_ || *deadline_ < timer_.expiry()) arm_timer();
}

void Connection::arm_timer() {
  timer_armed_ = true;
  timer_.expires_at(*deadline_);
  timer_.async_wait([weak = weak_from_this()](ErrorCode error) {
    const auto self = weak.lock();
    if (error || !self || self->closed_) return;
    self->timer_armed_ = false;
    if (!self->deadline_) return;
    if (std::chrono::steady_clock::now() >= *self->deadline_) return self->close();
    self->arm_timer();
  });
}

}  // namespace mogura::net

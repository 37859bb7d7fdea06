// One libcurl transfer handle and what all of our transfers have in common: libcurl is initialized
// with the first of them, it never touches signals, the environment or the terminal.
//
// Private to this room: the only header that includes curl.
#pragma once

#include <curl/curl.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace mogura::net {

class CurlHandle {
 public:
  CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  /// Sets an option. Throws Error of kind "io" where libcurl refuses the value.
  template <class T>
  void set(CURLoption option, T value) {
    check(curl_easy_setopt(handle_.get(), option, value));
  }

  /// Checks the server's certificate against the system's authorities, or those in the file that
  /// the environment variable SSL_CERT_FILE names.
  void set_verification(bool certificate, bool host);

  /// What happens while a transfer runs, about once a second or more often. Both may be null.
  struct Watch {
    std::function<bool()> give_up;  // true ends the transfer with CURLE_ABORTED_BY_CALLBACK
    std::function<void(std::uint64_t)> sent;  // bytes of the request's body
  };
  /// Runs the transfer in the calling thread.
  CURLcode perform(const Watch& watch);

  long info(CURLINFO name) const;
  curl_off_t microseconds(CURLINFO name) const;

  /// What went wrong in the last perform(), in words; for the operating system's errors, its words.
  std::string failure(CURLcode code) const;

 private:
  static void check(CURLcode code);

  struct Cleanup {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  std::unique_ptr<CURL, Cleanup> handle_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

/// A list of lines for libcurl, such as headers or recipients.
class CurlList {
 public:
  void append(const std::string& line);
  curl_slist* get() const { return list_.get(); }

 private:
  struct Free {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  std::unique_ptr<curl_slist, Free> list_;
};

}  // namespace mogura::net

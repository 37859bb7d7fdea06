#include "net/curl_handle.h"

#include <mutex>
#include <new>
#include <system_error>

#include "base/error.h"
#include "net/environment.h"

namespace mogura::net {
namespace {

// Costs several milliseconds, so it happens with the first transfer and not at the program's start.
void initialize_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
      throw Error("io", "the network library cannot be initialized");
    }
  });
}

int look_at_progress(void* watch_pointer, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
  const auto& watch = *static_cast<const CurlHandle::Watch*>(watch_pointer);
  if (watch.sent) watch.sent(static_cast<std::uint64_t>(sent));
  return watch.give_up && watch.give_up() ? 1 : 0;
}

}  // namespace

CurlHandle::CurlHandle() {
  initialize_curl_once();
  handle_.reset(curl_easy_init());
  if (!handle_) throw std::bad_alloc();
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_NOSIGNAL, 1L);
  // Does not wait for a name server that outlives the transfer's own time-out.
  set(CURLOPT_QUICK_EXIT, 1L);
  // An empty text, unlike none, keeps libcurl from reading http_proxy and no_proxy.
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOPROXY, "");
}

void CurlHandle::set_verification(bool certificate, bool host) {
  const long host_level = host ? 2L : 0L;
  set(CURLOPT_SSL_VERIFYPEER, certificate ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, host_level);
  set(CURLOPT_PROXY_SSL_VERIFYPEER, certificate ? 1L : 0L);
  set(CURLOPT_PROXY_SSL_VERIFYHOST, host_level);
  if (const auto file = trusted_authorities()) {
    set(CURLOPT_CAINFO, file->c_str());
    set(CURLOPT_PROXY_CAINFO, file->c_str());
  }
}

CURLcode CurlHandle::perform(const Watch& watch) {
  error_[0] = '\0';
  const bool is_watched = watch.give_up || watch.sent;
  if (is_watched) {
    set(CURLOPT_XFERINFOFUNCTION, &look_at_progress);
    set(CURLOPT_XFERINFODATA, &watch);
  }
  set(CURLOPT_NOPROGRESS, is_watched ? 0L : 1L);
  return curl_easy_perform(handle_.get());
}

long CurlHandle::info(CURLINFO name) const {
  long value = 0;
  curl_easy_getinfo(handle_.get(), name, &value);
  return value;
}

curl_off_t CurlHandle::microseconds(CURLINFO name) const {
  curl_off_t value = 0;
  curl_easy_getinfo(handle_.get(), name, &value);
  return value;
}

std::string CurlHandle::failure(CURLcode code) const {
  if (const long error = info(CURLINFO_OS_ERRNO); error != 0 && code == CURLE_COULDNT_CONNECT) {
    return std::generic_category().message(static_cast<int>(error));
  }
  std::string_view text = error_.data();
  if (text.empty()) text = curl_easy_strerror(code);
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string(text);
}

void CurlHandle::check(CURLcode code) {
  if (code != CURLE_OK) throw Error("io", curl_easy_strerror(code));
}

void CurlList::append(const std::string& line) {
  curl_slist* longer = curl_slist_append(list_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list_.release());
  list_.reset(longer);
}

}  // namespace mogura::net

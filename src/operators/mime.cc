#include "operators/mime.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "operators/mime_encoding.h"
#include "operators/random.h"

namespace mogura::operators {
namespace {

// Mail servers need not take longer lines (RFC 5322 §2.1.1).
constexpr std::size_t kMaxLineLength = 998;
constexpr std::size_t kFoldedLineLength = 76;

std::string date_text(Instant instant) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000",
                     kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                     kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                     utc.tm_min, utc.tm_sec);
}

/// The text with every line ended by CRLF.
std::string with_mail_line_ends(std::string_view text) {
  std::string lines;
  lines.reserve(text.size() + 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' && text[i] != '\n') {
      lines += text[i];
      continue;
    }
    if (text.substr(i, 2) == "\r\n") ++i;
    lines += "\r\n";
  }
  if (!lines.ends_with("\r\n")) lines += "\r\n";
  return lines;
}

std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\r\n", at), text.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

/// A header folded at blanks where it is long; one word alone may exceed the limit.
std::string header_line(const std::string& name, std::string_view text) {
  std::string line = name + ":";
  std::size_t length = line.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at + 1), text.size());
    const std::string_view word = text.substr(at, end - at);
    const bool folds_itself = word.ends_with("\r\n");
    const bool blank_first = word.starts_with(' ');
    if (length + word.size() > kFoldedLineLength && blank_first && word.size() > 1) {
      line += "\r\n";
      length = 0;
    }
    if (at == 0) line += ' ';
    line += word;
    length = folds_itself ? 0 : length + word.size() + (at == 0 ? 1 : 0);
    at = end;
  }
  return line + "\r\n";
}

/// Headers and content of a text part.
std::string text_part(const MailMessage& message) {
  const std::string text = with_mail_line_ends(message.text);
  const auto wide = static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0x80u) != 0; }));
  std::string encoding = "quoted-printable";
  std::string content;
  if (wide == 0 && longest_line(text) <= kMaxLineLength && !text.contains('\0')) {
    encoding = "7bit";
    content = text;
  } else if (wide < text.size() - wide) {
    content = quoted_printable(text);
  } else {
    encoding = "base64";
    content = base64_lines(text);
  }
  return std::string("Content-Type: ") + (message.html ? "text/html" : "text/plain") +
         "; charset=utf-8\r\nContent-Transfer-Encoding: " + encoding + "\r\n\r\n" + content;
}

/// A file name as a parameter: quoted, and for other mail programs also in the form of RFC 2231
/// where it is not ASCII.
std::string file_name_parameter(const std::string& name) {
  std::string quoted;
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    const bool control = (c >= '\0' && c < ' ') || c == '\x7f';
    quoted += control ? ' ' : c;
  }
  if (is_ascii(quoted)) return "filename=\"" + quoted + "\"";
  std::string encoded;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '.' || c == '-' || c == '_';
    encoded += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return "filename*=UTF-8''" + encoded;
}

std::string attachment_part(const MailAttachment& attachment) {
  return "Content-Type: " + header_text(attachment.content_type) +
         "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n " +
         file_name_parameter(attachment.name) + "\r\n\r\n" + base64_lines(attachment.bytes);
}

}  // namespace

std::string new_message_id(const MailAddress& from) {
  const auto at = from.address.rfind('@');
  const std::string domain = at == std::string::npos ? "localhost" : from.address.substr(at + 1);
  return random_uuid() + "@" + domain;
}

std::string to_mime(const MailMessage& message) {
  std::string mime = header_line("Date", date_text(message.date));
  mime += header_line("From", header_address(message.from));
  mime += header_line("Sender", header_address(message.from));
  mime += header_line("To", header_addresses(message.to));
  if (!message.cc.empty()) mime += header_line("Cc", header_addresses(message.cc));
  mime += header_line("Message-ID", "<" + message.id + ">");
  mime += header_line("Subject", header_text(message.subject));
  mime += "MIME-Version: 1.0\r\n";
  if (message.attachments.empty()) return mime + text_part(message);

  // The id is new, so no line of a part can equal it.
  const std::string boundary = "=_" + message.id.substr(0, message.id.find('@'));
  mime += "Content-Type: multipart/mixed;\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  mime += "--" + boundary + "\r\n" + text_part(message);
  for (const MailAttachment& attachment : message.attachments) {
    mime += "\r\n--" + boundary + "\r\n" + attachment_part(attachment);
  }
  return mime + "\r\n--" + boundary + "--\r\n";
}

}  // namespace mogura::operators

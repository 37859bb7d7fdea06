// The message that mail> sends (operators.md §5.3): headers, a text, attachments.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "operators/mail_address.h"

namespace mogura::operators {

struct MailAttachment {
  std::string name;
  std::string content_type;
  std::string bytes;
};

struct MailMessage {
  Instant date;
  std::string id;  // of Message-ID, without its brackets
  MailAddress from;
  std::vector<MailAddress> to;
  std::vector<MailAddress> cc;
  std::string subject;
  std::string text;  // UTF-8, any line ends
  bool html = false;
  std::vector<MailAttachment> attachments;
};

/// A new id for a message of this sender.
std::string new_message_id(const MailAddress& from);

/// The whole message, every line ended by CRLF: Date, From, Sender, To, Cc, Message-ID, Subject,
/// and the text as 7bit, quoted-printable or base64, whichever suits it; with attachments the first
/// part of a multipart/mixed.
std::string to_mime(const MailMessage& message);

}  // namespace mogura::operators

// Notifications as mails (execution.md §17).
#include "base/log.h"
#include "cli/files.h"
#include "cli/notification_senders.h"
#include "operators/mime.h"
#include "operators/smtp_settings.h"
#include "template/template.h"
#include "value/config.h"
#include "value/json.h"

namespace mogura::cli {
namespace {

using operators::MailAddress;

constexpr Logger kMailNotificationLog("io.digdag.core.notification.MailNotificationSender");
constexpr std::string_view kDefaultBody =
    "Workflow: ${workflow_name}\nProject: ${project_name}\nSession time: ${session_time}\n"
    "Task: ${task_name}\nTime: ${timestamp}\n\n${message}\n";

MailAddress address_in(const std::string& key, std::string_view text) {
  try {
    return operators::parse_mail_address(text);
  } catch (const ConfigError& error) {
    throw ConfigError(key + ": " + std::string(text), {error});
  }
}

/// Pieces between the commas that are not within quotes; empty ones are left out.
std::vector<std::string> split_addresses(std::string_view text) {
  std::vector<std::string> pieces(1);
  bool is_quoted = false;
  for (const char c : text) {
    is_quoted = is_quoted != (c == '"');
    if (c == ',' && !is_quoted) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  std::erase_if(pieces, [](const std::string& piece) {
    return piece.find_first_not_of(" \t") == std::string::npos;
  });
  return pieces;
}

/// A list: `ann@example.com, "Example, Bob" <bob@example.com>`, or the same as a JSON array.
std::vector<MailAddress> addresses_in(const Object& config, const std::string& key) {
  const std::string text = value::find_text(config, key).value_or("");
  const std::vector<std::string> list =
      text.starts_with('[') ? value::get_text_list({{key, value::parse_json(text)}}, key)
                            : split_addresses(text);
  std::vector<MailAddress> addresses;
  for (const std::string& address : list) addresses.push_back(address_in(key, address));
  return addresses;
}

class MailSender : public NotificationSender {
 public:
  explicit MailSender(const Object& config)
      : from_(address_in("notification.mail.from",
                         value::get_text(config, "notification.mail.from"))),
        to_(addresses_in(config, "notification.mail.to")),
        cc_(addresses_in(config, "notification.mail.cc")),
        bcc_(addresses_in(config, "notification.mail.bcc")),
        subject_(
            value::find_text(config, "notification.mail.subject").value_or("Digdag Notification")),
        is_html_(value::find_boolean(config, "notification.mail.html").value_or(false)) {
    value::get(config, "notification.mail.to");
    server_ = operators::smtp_server(config, "notification.mail.", kMailNotificationLog);
    if (const auto path = value::find_text(config, "notification.mail.body_template_file")) {
      body_template_ = read_file(*path);
    }
  }

  void send(const Object& notification) override {
    const operators::MailMessage message{
        .date = SystemClock().now(),
        .id = operators::new_message_id(from_),
        .from = from_,
        .to = to_,
        .cc = cc_,
        .subject = subject_,
        .text = templates_.evaluate(body_template_, notification),
        .html = is_html_,
        .attachments = {},
    };
    net::SmtpMessage envelope{
        .from = from_.address, .recipients = {}, .content = operators::to_mime(message)};
    for (const auto* list : {&to_, &cc_, &bcc_}) {
      for (const MailAddress& address : *list) envelope.recipients.push_back(address.address);
    }
    net::send_mail(server_, envelope);
  }

 private:
  const MailAddress from_;
  const std::vector<MailAddress> to_;
  const std::vector<MailAddress> cc_;
  const std::vector<MailAddress> bcc_;
  const std::string subject_;
  const bool is_html_;
  net::SmtpServer server_;
  std::string body_template_{kDefaultBody};
  const tmpl::Evaluator templates_;
};

}  // namespace

std::unique_ptr<NotificationSender> mail_sender(const Object& config) {
  return std::make_unique<MailSender>(config);
}

}  // namespace mogura::cli

// mail> (operators.md §5.3): a text, from a file of the project or inline, to some addresses.
#include <optional>

#include "operators/factories.h"
#include "operators/mime.h"
#include "operators/smtp_settings.h"
#include "operators/workspace.h"
#include "value/config.h"
#include "value/merge.h"

namespace mogura::operators {
namespace {

constexpr Logger kMailLog("io.digdag.standards.operator.MailOperatorFactory");
constexpr std::size_t kMaxAttachmentBytes = 64u << 20;

/// A text parameter that the system may have a default for.
std::string text_or_system(const Object& config, const Object& system_config,
                           const std::string& key) {
  if (auto own = value::find_text(config, key)) return *own;
  if (auto shared = value::find_text(system_config, "config.mail." + key)) return *shared;
  return value::get_text(config, key);
}

/// A list, or one text.
std::vector<std::string> receivers(const Object& config) {
  if (value::get(config, "to").is_array()) return value::get_text_list(config, "to");
  return {value::get_text(config, "to")};
}

class Mail : public Operator {
 public:
  explicit Mail(Context& context) : context_(context) {}

  Step run() override {
    value::merge_default(context_.config, value::find_object(context_.config, "mail"));
    const Object& config = context_.config;
    const Workspace workspace(context_);

    MailMessage message;
    message.text = template_command(context_, workspace, "body");
    message.subject = text_or_system(config, system(), "subject");
    const std::vector<std::string> to = receivers(config);
    const std::vector<std::string> cc = value::find_text_list(config, "cc");
    const std::vector<std::string> bcc = value::find_text_list(config, "bcc");
    message.html = value::find_boolean(config, "html").value_or(false);
    const net::SmtpServer server = chosen_server();
    message.from = parse_mail_address(text_or_system(config, system(), "from"));
    message.to = parsed(to);
    message.cc = parsed(cc);
    const std::vector<MailAddress> hidden = parsed(bcc);
    message.attachments = attachments(workspace);
    message.date = context_.environment.clock.now();
    message.id = new_message_id(message.from);

    send(server, message, hidden);
    return Done{};
  }

 private:
  const Object& system() const { return context_.environment.system_config; }

  // What the user and the system say is never mixed.
  net::SmtpServer chosen_server() const {
    net::SmtpServer server;
    if (auto settings = user_settings()) {
      server = smtp_server(*settings, "", kMailLog);
    } else if (system().contains("config.mail.host")) {
      server = smtp_server(system(), "config.mail.", kMailLog);
    } else {
      throw TaskFailed("Missing SMTP configuration");
    }
    server.verify_host =
        value::find_boolean(system(), "config.mail.verify_hostname").value_or(true);
    return server;
  }

  /// Secrets over parameters; the password is a secret only.
  std::optional<Object> user_settings() const {
    const Object& config = context_.config;
    Object settings;
    for (const std::string key : {"host", "port", "username", "password", "tls", "ssl", "debug"}) {
      const Value* parameter = config.find(key);
      if (auto secret = key == "debug" ? std::nullopt : context_.secrets.find("mail." + key)) {
        settings.set(key, *secret);
      } else if (parameter != nullptr && !parameter->is_null() && key != "password") {
        settings.set(key, *parameter);
      }
    }
    if (!settings.contains("host")) return std::nullopt;
    if (config.contains("password")) {
      kMailLog.warn("Unsecure 'password' parameter is deprecated.");
    }
    return settings;
  }

  static std::vector<MailAddress> parsed(const std::vector<std::string>& texts) {
    std::vector<MailAddress> addresses;
    for (const std::string& text : texts) addresses.push_back(parse_mail_address(text));
    return addresses;
  }

  std::vector<MailAttachment> attachments(const Workspace& workspace) const {
    std::vector<MailAttachment> list;
    const Value* files = context_.config.find("attach_files");
    if (files == nullptr || files->is_null()) return list;
    for (const Value& entry : value::parse_list(context_.config, "attach_files")) {
      if (!entry.is_object()) throw value::wrong_type("object type", "attach_files", entry);
      const Object& file = entry.as_object();
      const std::string path = value::get_text(file, "path");
      list.push_back(
          {.name = value::find_text(file, "filename")
                       .value_or(std::filesystem::path(path).filename().string()),
           .content_type =
               value::find_text(file, "content_type").value_or("application/octet-stream"),
           .bytes = workspace.read_file(path, kMaxAttachmentBytes)});
    }
    return list;
  }

  void send(const net::SmtpServer& server, const MailMessage& message,
            const std::vector<MailAddress>& hidden) const {
    net::SmtpMessage envelope{.from = message.from.address, .content = to_mime(message)};
    for (const auto* list : {&message.to, &message.cc, &hidden}) {
      for (const MailAddress& receiver : *list) envelope.recipients.push_back(receiver.address);
    }
    if (envelope.recipients.empty()) {
      throw TaskFailed::because_of(Error("send failed", "No recipient addresses"));
    }
    try {
      net::send_mail(server, envelope, context_.canceled);
    } catch (const Error& error) {
      throw TaskFailed::because_of(error);
    }
  }

  Context& context_;
};

}  // namespace

std::unique_ptr<Operator> make_mail(Context& context) {
  return std::make_unique<Mail>(context);
}

}  // namespace mogura::operators

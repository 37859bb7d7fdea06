// Errors that end an operation.
//
// Every such error is a mogura::Error: a message for the person who reads it, a kind in words (the
// words in parentheses that Digdag prints behind a message, cli.md §4.2) and the errors that caused
// it. Outcomes that the caller must decide on are return values, never errors.
#pragma once

#include <exception>
#include <string>
#include <vector>

namespace mogura {

class Error : public std::exception {
 public:
  /// An empty `kind` is an error whose message stands alone, as that of a failed task does.
  Error(std::string kind, std::string message, std::vector<Error> causes = {});

  const std::string& kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::vector<Error>& causes() const { return causes_; }

  /// "MESSAGE (KIND)", or the message alone without a kind: the `message` of a task's error object
  /// (language.md §9.1).
  std::string text() const;

  /// text() and, for each cause that it does not mention yet, a line "> MESSAGE (KIND)"
  /// (cli.md §4.2).
  std::string chain() const;

  const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string kind_;
  std::string message_;
  std::vector<Error> causes_;
};

/// Wrong configuration: never retried by the task that has it.
class ConfigError : public Error {
 public:
  explicit ConfigError(std::string message, std::vector<Error> causes = {})
      : Error("config", std::move(message), std::move(causes)) {}
};

/// A file that is not there; `path` is the whole message.
class NoSuchFile : public Error {
 public:
  explicit NoSuchFile(std::string path) : Error("no such file", std::move(path)) {}
};

/// Any other failure: kind "runtime".
class RuntimeError : public Error {
 public:
  explicit RuntimeError(std::string message, std::vector<Error> causes = {})
      : Error("runtime", std::move(message), std::move(causes)) {}
};

}  // namespace mogura

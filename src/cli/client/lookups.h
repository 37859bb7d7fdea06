// Finding things by their names, and lists in answers (rest-api.md §15.3, cli.md §13.7).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "cli/client/server_api.h"
#include "value/value.h"

namespace mogura::cli {

/// The list `name` of an answer. Throws Error where there is none.
const Array& list_in(const Value& answer, std::string_view name);
/// An answer that is an object. Throws Error where it is something else.
const Object& object_in(const Value& answer);
/// A member's text; empty where it is missing or null.
std::string text_in(const Object& object, std::string_view name);

/// These throw Error "Resource not found: project not found: NAME" and the like.
Object find_project(const ServerApi& server, const std::string& name);
/// Of the latest revision, or of this one.
Object find_workflow(const ServerApi& server, const Object& project, const std::string& workflow,
                     const std::optional<std::string>& revision = std::nullopt);
Object find_schedule(const ServerApi& server, const Object& project, const std::string& workflow);

/// `/api/projects/ID` + rest.
std::string project_path(const Object& project, std::string_view rest = "");

}  // namespace mogura::cli

// A push: from the bytes of an archive to a stored revision (rest-api.md §6.6).
#pragma once

#include "server/route.h"
#include "store/projects.h"

namespace mogura::server {

/// Throws RequestError, and what is wrong with the project's files.
store::Pushed push_project(const Call& call);

}  // namespace mogura::server

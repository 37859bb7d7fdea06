// The description of the API, made from the route table and the models.
#pragma once

#include <span>
#include <string>

#include "server/route.h"
#include "value/value.h"

namespace mogura::server {

/// An OpenAPI 3.0 document.
Object openapi_document(std::span<const Route> routes, const std::string& version);

/// A Swagger 2.0 document with Digdag's title (rest-api.md §12.4).
Object swagger_document(std::span<const Route> routes, const std::string& version);

}  // namespace mogura::server

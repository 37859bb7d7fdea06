// Numbers that name things: one type for each kind of thing, so that they cannot be mixed up.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace mogura {

template <class Tag>
struct Id {
  std::int64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using SiteId = Id<struct SiteTag>;
using ProjectId = Id<struct ProjectTag>;
using RevisionId = Id<struct RevisionTag>;
/// A workflow's definition in one revision.
using WorkflowId = Id<struct WorkflowTag>;
using ScheduleId = Id<struct ScheduleTag>;
using SessionId = Id<struct SessionTag>;
using AttemptId = Id<struct AttemptTag>;

}  // namespace mogura

template <class Tag>
struct std::hash<mogura::Id<Tag>> {
  std::size_t operator()(mogura::Id<Tag> id) const noexcept {
    return std::hash<std::int64_t>{}(id.value);
  }
};

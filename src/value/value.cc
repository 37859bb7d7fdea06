#include "value/value.h"

#include <algorithm>

namespace mogura::value {
namespace {

template <class Container>
Container& unshared(std::shared_ptr<Container>& shared) {
  if (shared.use_count() != 1) shared = std::make_shared<Container>(*shared);
  return *shared;
}

bool equal_members(const Object& a, const Object& b) {
  return a.size() == b.size() && std::ranges::all_of(a, [&](const Object::Member& member) {
           const Value* other = b.find(member.key);
           return other != nullptr && *other == member.value;
         });
}

}  // namespace

Value::Value(std::string text) : data_(std::make_shared<const std::string>(std::move(text))) {}
Value::Value(BigInteger number) : data_(std::make_shared<const BigInteger>(std::move(number))) {}
Value::Value(Array items) : data_(std::make_shared<Array>(std::move(items))) {}
Value::Value(Object members) : data_(std::make_shared<Object>(std::move(members))) {}

Array& Value::array() {
  return unshared(std::get<Items>(data_));
}
Object& Value::object() {
  return unshared(std::get<Members>(data_));
}

bool operator==(const Value& a, const Value& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Type::null:
      return true;
    case Type::boolean:
      return a.as_boolean() == b.as_boolean();
    case Type::integer:
      return a.as_integer() == b.as_integer();
    case Type::big_integer:
      return a.as_big_integer() == b.as_big_integer();
    case Type::real:
      return a.as_real() == b.as_real();
    case Type::text:
      return a.as_text() == b.as_text();
    case Type::array:
      return a.same_as(b) || a.as_array() == b.as_array();
    case Type::object:
      return a.same_as(b) || equal_members(a.as_object(), b.as_object());
  }
  return false;
}

Object::Object(std::initializer_list<Member> members) {
  members_.reserve(members.size());
  for (const Member& member : members) set(member.key, member.value);
}

const Value* Object::find(std::string_view key) const {
  const std::size_t at = position(key);
  return at == kAbsent ? nullptr : &members_[at].value;
}

Value* Object::find(std::string_view key) {
  const std::size_t at = position(key);
  return at == kAbsent ? nullptr : &members_[at].value;
}

void Object::set(std::string_view key, Value value) {
  (*this)[key] = std::move(value);
}

Value& Object::operator[](std::string_view key) {
  if (Value* found = find(key)) return *found;
  members_.push_back({std::string(key), Value()});
  if (members_.size() > kIndexedFrom) {
    if (members_.size() * 2 > index_.size()) {
      rebuild_index();
    } else {
      add_to_index(members_.size() - 1);
    }
  }
  return members_.back().value;
}

bool Object::erase(std::string_view key) {
  const std::size_t at = position(key);
  if (at == kAbsent) return false;
  members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
  if (!index_.empty()) rebuild_index();
  return true;
}

std::size_t Object::position(std::string_view key) const {
  if (index_.empty()) {
    const auto found = std::ranges::find(members_, key, &Member::key);
    return found == members_.end() ? kAbsent : static_cast<std::size_t>(found - members_.begin());
  }
  for (std::size_t slot = std::hash<std::string_view>{}(key);; ++slot) {
    const std::uint32_t entry = index_[slot % index_.size()];
    if (entry == 0) return kAbsent;
    if (members_[entry - 1].key == key) return entry - 1;
  }
}

void Object::add_to_index(std::size_t at) {
  std::size_t slot = std::hash<std::string_view>{}(members_[at].key);
  while (index_[slot % index_.size()] != 0) ++slot;
  index_[slot % index_.size()] = static_cast<std::uint32_t>(at + 1);
}

void Object::rebuild_index() {
  index_.assign(members_.size() <= kIndexedFrom ? 0 : members_.size() * 4, 0);
  if (index_.empty()) return;
  for (std::size_t at = 0; at < members_.size(); ++at) add_to_index(at);
}

}  // namespace mogura::value

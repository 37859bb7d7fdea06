#include "sim/world.h"

namespace mogura::sim {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

}  // namespace

void World::send(std::string_view what, const std::function<void()>& deliver) {
  if (faults.strike(Fault::message_lost, what)) return;
  const int copies = faults.strike(Fault::message_twice, what) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    const bool late = faults.strike(Fault::message_late, what);
    timeline.after(
        late ? between(seconds(1), seconds(30)) : between(milliseconds(1), milliseconds(50)),
        deliver);
  }
}

}  // namespace mogura::sim

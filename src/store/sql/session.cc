#include "store/sql/session.h"

#include <iterator>

namespace mogura::store::sql {

void Rows::append(Rows more) {
  if (more.empty()) return;
  width_ = more.width_;
  cells_.insert(cells_.end(), std::make_move_iterator(more.cells_.begin()),
                std::make_move_iterator(more.cells_.end()));
}

}  // namespace mogura::store::sql

#include "calendar/dates.h"

#include <gtest/gtest.h>

namespace mogura::calendar {
namespace {

TEST(Dates, KnowTheirMonths) {
  EXPECT_EQ(days_in_month(2030, 1), 31);
  EXPECT_EQ(days_in_month(2030, 4), 30);
  EXPECT_EQ(days_in_month(2030, 12), 31);
  EXPECT_EQ(days_in_month(2030, 2), 28);
  EXPECT_EQ(days_in_month(2028, 2), 29);
  EXPECT_EQ(days_in_month(2000, 2), 29);
  EXPECT_EQ(days_in_month(2100, 2), 28);
}

TEST(Dates, KnowTheirWeekdays) {
  EXPECT_EQ(weekday_of(1970, 1, 1), 4);
  EXPECT_EQ(weekday_of(2024, 3, 3), 0);
  EXPECT_EQ(weekday_of(2024, 2, 29), 4);
  EXPECT_EQ(weekday_of(9999, 12, 31), 5);
}

}  // namespace
}  // namespace mogura::calendar

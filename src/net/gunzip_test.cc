#include "net/gunzip.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace mogura::net {
namespace {

std::string gzip(std::string_view content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, content.size()), '\0');
  std::string input(content);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

TEST(Gunzip, DecodesAllMembers) {
  const std::string large(200'000, 'x');
  for (const std::string& content : {std::string(), std::string("hello"), large}) {
    const Gunzipped result = gunzip(gzip(content) + gzip("!"), 1u << 20);
    EXPECT_EQ(result.content, content + "!");
    EXPECT_TRUE(result.complete);
    EXPECT_FALSE(result.too_large);
  }
}

TEST(Gunzip, StopsAtTheLimit) {
  const std::string bomb = gzip(std::string(50u << 20, 'x'));
  const Gunzipped cut = gunzip(bomb, 1000);
  EXPECT_EQ(cut.content, std::string(1000, 'x'));
  EXPECT_TRUE(cut.too_large);

  const Gunzipped exact = gunzip(gzip("12345"), 5);
  EXPECT_EQ(exact.content, "12345");
  EXPECT_FALSE(exact.too_large);
  EXPECT_TRUE(exact.complete);
}

TEST(Gunzip, KeepsWhatABrokenInputBeganWith) {
  const std::string packed = gzip("hello");
  for (std::size_t length = 0; length < packed.size(); ++length) {
    EXPECT_FALSE(gunzip(std::string_view(packed).substr(0, length), 100).complete) << length;
  }
  EXPECT_FALSE(gunzip("no gzip at all", 100).complete);
  EXPECT_EQ(gunzip(packed + "garbage", 100).content, "hello");
}

}  // namespace
}  // namespace mogura::net

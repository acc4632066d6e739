#include "cli/control_protocol.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "cli/batch.hpp"

using namespace cli;

TEST(ControlProtocol, FramesSurviveAnyCutting) {
  const std::string stream = encode(Request{RequestKind::hello, 132, Interaction::terminal, {}}) +
                             encode(Request{RequestKind::line, 3, Interaction::batch, "show clock"}) +
                             encode(Request{RequestKind::finish, 0, Interaction::batch, {}});
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameReader reader(max_request_octets);
    std::vector<Request> got;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      reader.feed(std::string_view(stream).substr(at, piece));
      while (const auto frame = reader.next()) got.push_back(*parse_request(*frame));
    }
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].number, 132);
    EXPECT_EQ(got[0].interaction, Interaction::terminal);
    EXPECT_EQ(got[1].text, "show clock");
    EXPECT_EQ(got[1].number, 3);
    EXPECT_EQ(got[2].kind, RequestKind::finish);
  }
}

TEST(ControlProtocol, LongAnswersComeInPieces) {
  const std::string text(3 * max_reply_octets, 'x');
  FrameReader reader(max_reply_octets);
  const Reply reply{ReplyKind::output, 0, page_unchanged, text};
  for (std::size_t taken = 0; taken < text.size();) reader.feed(encode(reply, taken));
  std::string got;
  while (const auto frame = reader.next()) got += parse_reply(*frame)->text;
  EXPECT_EQ(got, text);
  EXPECT_FALSE(reader.broken());
}

TEST(ControlProtocol, DoneCarriesFlagsPageAndPrompt) {
  FrameReader reader(max_reply_octets);
  std::size_t taken = 0;
  reader.feed(encode(Reply{ReplyKind::done, done_refused | done_uncommitted, 24, "R1(config)#"}, taken));
  const auto reply = parse_reply(*reader.next());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->flags, done_refused | done_uncommitted);
  EXPECT_EQ(reply->page, 24);
  EXPECT_EQ(reply->text, "R1(config)#");
}

TEST(ControlProtocol, LengthsOutsideTheBoundsBreakTheStream) {
  for (const std::string& head :
       {std::string("\0\0\0\0", 4), std::string("\xff\xff\xff\xff", 4), std::string("\0\x01\0\x01", 4)}) {
    FrameReader reader(max_request_octets);
    reader.feed(head + std::string(100, 'x'));
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.broken());
  }
}

TEST(ControlProtocol, RandomOctetsAreNoRequests) {
  std::minstd_rand dice(7);
  for (int round = 0; round < 20000; ++round) {
    std::string octets(dice() % 12, '\0');
    for (char& c : octets) c = static_cast<char>(dice());
    FrameReader reader(max_request_octets);
    reader.feed(octets);
    while (const auto frame = reader.next()) (void)parse_request(*frame);
    (void)parse_request(octets);
    (void)parse_reply(octets);
  }
}

TEST(Batch, ALineThatIsTooLongShowsThatItIsAndTakesNoneWithIt) {
  std::istringstream in(std::string(longest_line, 'f') + "\n" + std::string(longest_line + 1, 'l') + "\n" +
                        std::string(3 * longest_line, 'L') + "\n\nhostname NEXT");
  const auto size_of_next = [&in] { return bounded_line(in).value_or("none").size(); };
  EXPECT_EQ(size_of_next(), longest_line);
  EXPECT_EQ(size_of_next(), longest_line + 1);
  EXPECT_EQ(size_of_next(), longest_line + 1) << "more is not kept of it";
  EXPECT_EQ(bounded_line(in), "");
  EXPECT_EQ(bounded_line(in), "hostname NEXT");
  EXPECT_EQ(bounded_line(in), std::nullopt);
}

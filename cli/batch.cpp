#include "cli/batch.hpp"

#include <algorithm>
#include <deque>
#include <limits>
#include <stdexcept>
#include <vector>

#include "parser/redact.hpp"

namespace cli {
namespace {

/// Requests go out ahead of their answers, as far as the socket surely takes them: neither side ever waits for the other
/// to read.
class Batch {
 public:
  Batch(ControlClient& client, std::ostream& out) : client_(client), out_(out) {}

  bool refused() const { return refused_; }
  /// The session is over: what was sent behind its last line is answered by nobody.
  bool left() const { return left_; }

  /// `prefix` and the line go before what is said about it.
  void post(const Request& request, std::string prefix) {
    if (left_) return;
    std::string frame = encode(request);
    while (!waiting_.empty() && (waiting_.size() >= most_ahead || octets_ahead_ + frame.size() > most_octets_ahead)) settle_one();
    octets_ahead_ += frame.size();
    waiting_.push_back({std::move(prefix), request.text, frame.size()});
    unsent_ += frame;
  }
  /// A line that cannot be posted.
  void leave_out(const std::string& prefix, const std::string& why) {
    settle();
    out_ << prefix << why << '\n';
    refused_ = true;
  }
  /// Until everything is answered.
  void settle() {
    while (!waiting_.empty()) settle_one();
  }

 private:
  struct Waiting {
    std::string prefix, line;
    std::size_t octets = 0;
  };
  static constexpr std::size_t most_ahead = 48, most_octets_ahead = 32768;

  void settle_one() {
    if (!unsent_.empty() && !client_.send(unsent_)) lost();
    unsent_.clear();
    while (true) {
      const auto reply = client_.receive();
      if (!reply) lost();
      switch (reply->kind) {
        case ReplyKind::output:
          out_ << reply->text;
          break;
        case ReplyKind::refusal:
        case ReplyKind::remark:
          if (const Waiting& of = waiting_.front(); !of.prefix.empty())
            out_ << of.prefix << parser::without_keys(of.line) << '\n';
          out_ << reply->text;
          break;
        case ReplyKind::done:
          refused_ = refused_ || (reply->flags & done_refused) != 0;
          octets_ahead_ -= waiting_.front().octets;
          waiting_.pop_front();
          left_ = (reply->flags & done_leave) != 0;
          if (left_) waiting_.clear();
          if (waiting_.empty()) out_.flush();
          return;
        case ReplyKind::completion:
        case ReplyKind::monitor:
          break;
      }
    }
  }
  [[noreturn]] static void lost() { throw std::runtime_error("the connection to sallyportd is lost"); }

  ControlClient& client_;
  std::ostream& out_;
  std::deque<Waiting> waiting_;
  std::size_t octets_ahead_ = 0;
  std::string unsent_;
  bool refused_ = false, left_ = false;
};

}  // namespace

std::optional<std::string> bounded_line(std::istream& in) {
  thread_local std::vector<char> buffer(longest_line + 2);
  in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
  const auto got = static_cast<std::size_t>(in.gcount());
  if (got == 0) return std::nullopt;
  const bool ended = !in.eof() && !in.fail();  // by a line feed, which is counted
  std::string line(buffer.data(), got - (ended ? 1 : 0));
  if (in.fail()) {
    in.clear();
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return line;
}

bool run_batch(ControlClient& client, const BatchInput& input, std::ostream& out) {
  Batch batch(client, out);
  batch.post({RequestKind::hello, 80, Interaction::batch, {}}, {});
  batch.settle();
  if (batch.refused()) return false;
  unsigned long number = 0;
  while (!batch.left()) {
    auto line = input.next();
    if (!line) break;
    while (!line->empty() && line->back() == '\r') line->pop_back();
    // One column a character, so that the caret stands where it should.
    std::replace(line->begin(), line->end(), '\t', ' ');
    std::string prefix = "line " + std::to_string(++number) + ": ";
    if (line->size() > longest_line) {
      batch.leave_out(prefix, "% Error: the line is longer than " + std::to_string(longest_line) + " characters, and left out");
      continue;
    }
    const auto columns = static_cast<std::uint16_t>(prefix.size());
    batch.post({RequestKind::line, columns, Interaction::batch, std::move(*line)}, std::move(prefix));
    if (!input.more_is_there()) batch.settle();
  }
  batch.post({RequestKind::finish, 0, Interaction::batch, {}}, {});
  batch.settle();
  return !batch.refused();
}

}  // namespace cli

// Whatever comes on the control socket, or as the shell's standard input: each request is answered once, and no line is longer
// than what is taken. The first octet says which of the two it is, and whether the user is at level 15.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/batch.hpp"
#include "cli/control_protocol.hpp"
#include "cli/session.hpp"
#include "tests/cli/fake_backend.hpp"

namespace {

constexpr std::size_t most_requests = 200;

/// Nothing that names a file, since those are the host's, and nothing that makes keys, which takes seconds.
bool is_harmless(const std::string& text) {
  static const std::regex makes_keys("k[a-z]*[ \t]+g|pk", std::regex::icase);
  return text.find_first_of("/:") == std::string::npos && !std::regex_search(text.substr(0, 1000), makes_keys);
}

FakeBackend& backend() {
  static FakeBackend one;
  one.failure = "nothing is written here";
  return one;
}

class Talk {
 public:
  explicit Talk(bool privileged) {
    cli::SessionOptions options;
    options.privileged = privileged;
    session_ = std::make_shared<cli::Session>(backend(), options, [this](const cli::Reply& reply) {
      answers_ += reply.kind == cli::ReplyKind::done || reply.kind == cli::ReplyKind::completion ? 1 : 0;
    });
    session_->greet();
  }
  ~Talk() { session_->disconnected(); }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;

  /// False: the other side is not worth more.
  bool say(cli::Request request) {
    if (++requests_ > most_requests || session_->over() || !session_->keeps_up()) return false;
    if (!is_harmless(request.text)) return true;
    session_->handle(std::move(request));
    if (answers_ > requests_ + 1) std::abort();  // the first prompt is no answer
    return true;
  }

 private:
  std::shared_ptr<cli::Session> session_;
  std::size_t requests_ = 0, answers_ = 0;
};

void frames(Talk& talk, std::string_view octets) {
  cli::FrameReader reader(cli::max_request_octets);
  reader.feed(octets);
  while (const auto frame = reader.next()) {
    auto request = cli::parse_request(*frame);
    if (!request || !talk.say(std::move(*request))) return;
  }
}

void lines(Talk& talk, std::string_view octets) {
  std::istringstream in{std::string(octets)};
  while (auto line = cli::bounded_line(in)) {
    if (line->size() > cli::longest_line + 1 || line->find('\n') != std::string::npos) std::abort();
    if (!talk.say({cli::RequestKind::line, 0, cli::Interaction::batch, std::move(*line)})) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  Talk talk((data[0] & 2) != 0);
  const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  (data[0] & 1) != 0 ? lines(talk, octets) : frames(talk, octets);
  return 0;
}

// What shell and daemon say to each other over the control socket (a Unix stream socket in the state directory).
//
//      0                   1                   2                   3
//     +---------------------------------------------------------------+
//     |  length of what follows, octets, network order (1 to a bound) |
//     +---------------+-----------------------------------------------+
//     |     kind      |  body ...
//     +---------------+-----------------------------------------------+
//
// The shell asks, one request at a time; the daemon answers each with any number of output, refusal and remark frames
// and then one done (help too) or completion. Before the first request it sends a done with the first prompt. monitor
// frames (log and debug lines) may come at any time; interrupt may be sent while an answer is under way.
//
//     request     body                                     answered by
//     hello       u16 version, u8 Interaction, u16 columns  done
//     line        u16 columns before the text, text         ..., done
//     help        text up to the cursor                     output, done
//     complete    text up to the cursor                     completion
//     settle      -                                         ..., done: what was typed is durable
//     finish      -                                         ..., done: the input has ended
//     interrupt   -                                         nothing of its own
//     abort       -                                         done: the question is not answered, and nothing comes of it
//     piece       octets of a file                          done
//     store       its name, as `flash:NAME`                 ..., done: the pieces before it are that file
//
//     done        u8 flags (DoneFlag), u16 page length (0xFFFF: unchanged), prompt text
//
// Text is octets without a zero at its end. Whoever breaks these rules is disconnected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

inline constexpr std::uint16_t control_version = 1;
/// A frame's length at most: towards the daemon a line is the longest thing; long answers come in several frames.
inline constexpr std::size_t max_request_octets = 65536;
inline constexpr std::size_t max_reply_octets = 65536;
/// A text of this length fits one frame.
inline constexpr std::size_t reply_piece_octets = max_reply_octets - 16;

/// ahead: a line that was there before the prompt that it answers, as in a paste.
enum class RequestKind : std::uint8_t { hello = 1, line, help, complete, settle, finish, interrupt, ahead, piece, store, abort };
enum class ReplyKind : std::uint8_t { output = 65, refusal, remark, done, completion, monitor };

/// Whether a human at a terminal types, or input is taken from a file or the command line.
enum class Interaction : std::uint8_t { batch = 0, terminal = 1 };

struct Request {
  RequestKind kind = RequestKind::line;
  std::uint16_t number = 0;  // hello: columns of the terminal; line, ahead: columns before the text on the screen
  Interaction interaction = Interaction::batch;  // hello
  std::string text;
};

enum DoneFlag : std::uint8_t {
  done_refused = 1,      // the line was refused, or could not be carried out
  done_leave = 2,        // the session is over
  done_uncommitted = 4,  // configuration lines wait for the block to end: settle, or go on
  done_question = 8,     // the prompt is a question: the next line is its answer, not a command
  done_secret = 16,      // with done_question: the answer must not be shown
  done_text = 32,        // the next line is text as it stands, of a banner or certificate: `?` and Tab are part of it
};
inline constexpr std::uint16_t page_unchanged = 0xFFFF;

struct Reply {
  ReplyKind kind = ReplyKind::output;
  std::uint8_t flags = 0;               // done
  std::uint16_t page = page_unchanged;  // done: lines of a page, 0: no paging
  std::string text;                     // done: the prompt
};

/// A frame ready to be written.
std::string encode(const Request& request);
/// The next frame of a reply of which `taken` octets of text have gone out, which moves on. A text that does not fit one frame
/// becomes several of the same kind: it is through when all of it is taken, after one frame at the least.
std::string encode(const Reply& reply, std::size_t& taken);

/// Takes octets as they come and gives frames back, never holding more than one frame and what was fed last.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_frame) : max_frame_(max_frame) {}
  void feed(std::string_view octets) { buffer_.append(octets); }
  /// The next whole frame (kind octet, then body); nullopt: not there yet, or broken().
  std::optional<std::string> next();
  /// A length outside the bounds was announced; nothing more can be read.
  bool broken() const { return broken_; }
  std::size_t waiting() const { return buffer_.size() - position_; }

 private:
  std::size_t max_frame_;
  std::string buffer_;
  std::size_t position_ = 0;
  bool broken_ = false;
};

/// nullopt: an unknown kind, or a body that does not fit it.
std::optional<Request> parse_request(std::string_view frame);
std::optional<Reply> parse_reply(std::string_view frame);

}  // namespace cli

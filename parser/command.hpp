// A row of a mode table without its types: what the sessions, the printer and the tests need of a command. The typed half
// is parser/mode.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <typeinfo>
#include <variant>
#include <vector>

#include "parser/session.hpp"

namespace parser {

struct Node;
class Mode;
class Editor;
using Dice = std::mt19937_64;
using Value = std::shared_ptr<const void>;  // the command's struct
using Commands = std::vector<std::unique_ptr<class Command>>;
using Lines = std::vector<std::shared_ptr<const Node>>;

struct BoundColumn {
  std::string name;
  bool integer = false;
  using Value = std::variant<std::monostate, std::int64_t, std::string>;
  Value value;
};

/// How a command merges into a block: replaces the line there is, stands beside others, opens a block, is accepted
/// without being kept, changes other lines, or steers the session.
enum class Merge : std::uint8_t { once, many, block, accepted, acts, leave, finish };

/// What `no` makes of a command: the line goes; the command is on unless a `no` line stands there; either is a line; lines that
/// begin so go, and where there are none it is a line.
enum class Negation : std::uint8_t { erases, kept_alone, kept_both, kept_where_absent };

/// What a command with text of several lines says to one of them.
enum class Taken : std::uint8_t { more, done, refused };

/// What became of a line: `answer` may accompany an accepted one.
struct Answer {
  bool refused = false;
  std::string answer;
};

class Command {
 public:
  virtual ~Command() = default;
  const Mode* mode = nullptr;  // whose table it is in
  std::size_t index = 0;       // its place there
  std::size_t rank = 0;  // lines of a block stand by it; commands of one rank share a place, and their lines keep the order given

  // The grammar.
  virtual const std::type_info& type() const = 0;
  /// On success `first` is behind what was taken.
  virtual bool parse(It& first, It last, Session& session, Value& value) const = 0;
  virtual void print(const void* value, bool bare, std::string& out) const = 0;
  /// With asterisks in place of secrets.
  virtual void print_hidden(const void* value, std::string& out) const = 0;
  /// What `show running-config all` prints where a block has no such line, or nothing.
  virtual std::string default_line() const = 0;
  virtual std::string generate(Dice& dice, Form form) const = 0;
  virtual std::vector<BoundColumn> columns(const void* value) const = 0;  // null: names only
  virtual std::string keyword() const = 0;
  /// The keywords by which every line of the command begins.
  const std::vector<std::string>& lead() const { return lead_; }
  /// The help of the last of them.
  std::string_view help() const { return help_; }
  /// The form of the line as a reference has it: keywords, `{a | b}`, `[optional]`, placeholders.
  virtual std::string syntax() const = 0;

  // How it merges (parser/merge.cpp).
  virtual Merge merge() const = 0;
  virtual bool allows(Form form) const = 0;
  virtual bool equal(const void* a, const void* b) const = 0;
  /// `old` is the line that `given` replaces, enters or, after `no`, takes away.
  virtual bool same(const void* old, const void* given, bool bare) const = 0;
  /// Without `no`, `same` means equal: lines can be told apart by their text.
  virtual bool same_is_equal() const = 0;
  virtual bool ordered() const = 0;
  virtual bool before(const void* a, const void* b) const = 0;
  /// Lines neither of which is before the other are the same.
  virtual bool ordered_by_key() const = 0;
  virtual bool is_default(const void* value) const = 0;
  /// Brings the value to its canonical form; says why it is refused, or nothing.
  virtual std::string settle(void* value) const = 0;
  virtual bool has_effect() const = 0;
  virtual std::string_view note(const void* value) const = 0;  // why it has no effect here
  virtual std::string_view reason() const = 0;                 // the same where it does not depend on the value
  /// The value has effect in this block, whatever has_effect() and note() say of other blocks.
  virtual bool effective_in(const Node&, const void*) const { return false; }
  virtual Negation negation() const = 0;
  /// `no` makes a line of this value rather than taking one away.
  virtual bool keeps_no(const void* value) const = 0;
  /// But only where it takes none away, of lines that begin as it says.
  virtual bool gives_way(const void*) const { return false; }
  virtual std::string_view absent() const = 0;   // printed where a block has no such line
  virtual std::string_view already() const = 0;  // answer to the same line again
  /// `no` takes away what begins as the line says, also where the line says as much as it can.
  virtual bool takes_beginning() const { return false; }
  /// The answer to `no` where there is no such line.
  virtual std::string nothing(const void*) const { return {}; }
  /// What a line that came or changed, or was `taken` away, makes of the others of its block; what is to be said of that.
  virtual std::string affects(Node&, const void*, bool /*taken*/) const { return {}; }
  virtual const Mode* opens() const = 0;
  virtual bool enters(const void* value) const = 0;              // of a block: the line leads into it
  virtual std::string refuses_new(const void* value) const = 0;  // why there must be such a line already, or nothing
  virtual std::string advice(const Node& root, const Node& block, bool created) const = 0;
  virtual std::string keeps(const Node& root, const void* value) const = 0;  // why `no` is refused, or nothing
  /// `default` takes the lines of the block away, and the block stays.
  virtual bool default_empties() const { return false; }
  virtual std::string prompt(const void* value) const = 0;  // empty: the mode's
  /// Rules of its own in place of the usual merging, over the lines of this command in the block.
  virtual bool has_add() const = 0;
  virtual Answer add(Lines& lines, const void* value) const = 0;
  virtual bool has_remove() const = 0;
  virtual Answer remove(Lines& lines, const void* value, bool bare) const = 0;
  virtual bool opaque() const = 0;  // takes any line, and only where that is wanted; opens a block where one stands below it
  /// What a command that changes other lines does to the configuration.
  virtual Answer act(Editor& editor, const void* value, Form form) const = 0;
  virtual bool takes_trailer() const = 0;  // what may follow any such command of the mode: output modifiers
  /// The lines that follow belong to the value, as they are typed, until `take` has enough or refuses one.
  virtual bool unfinished(const void* value) const = 0;
  virtual Taken take(void* value, std::string_view raw) const = 0;

 protected:
  std::vector<std::string> lead_;
  std::string_view help_;
};

/// A line that was understood.
struct Parsed {
  const Command* command = nullptr;
  Value value;
  Form form = Form::set;
  bool bare = false;
  Value trailer;        // of the mode's trailer, if there was one
  std::string refusal;  // understood, but not acceptable
};

/// A mode: its commands in running-config order, and the parser of one line.
class Mode {
 public:
  Mode(std::string name, std::string prompt, std::vector<std::unique_ptr<Command>> commands,
       std::unique_ptr<Command> trailer = nullptr);
  const std::string& name() const { return name_; }
  const std::string& prompt() const { return prompt_; }
  const std::vector<std::unique_ptr<Command>>& commands() const { return commands_; }
  /// One pass; `parsed` is meaningful only after true.
  bool parse(Session& session, Parsed& parsed) const;
  /// Keeps lines that no command of it knows, where their indentation says that they belong to it; lines of such a mode keep the
  /// order in which they were given.
  bool keeps_any() const { return opaque_ != nullptr; }
  /// The command that keeps such a line with a block below it; null where the mode keeps none.
  const Command* block_of_any() const { return block_of_any_; }
  /// The line by which running-config ends a block of the mode, or nothing: "exit-address-family".
  const std::string& closing() const { return closing_; }
  /// Some command could begin with what `word` abbreviates.
  bool may_begin(std::string_view word) const;
  /// Some command begins with `word`, in full.
  bool has_keyword(std::string_view word) const;

 private:
  /// Commands by the keywords they begin with: what makes a mode of hundreds as quick as one of ten.
  struct Place {
    std::vector<std::pair<std::string, std::size_t>> next;  // keyword, place behind it
    std::vector<std::size_t> here;                          // commands without further fixed keyword
    std::vector<std::size_t> below;                         // commands of all places behind this one
  };
  void index();
  bool candidates(It first, const Session& session, std::vector<std::size_t>& out) const;
  bool parse_form(It first, Session& session, Parsed& parsed) const;
  std::string name_, prompt_;
  std::vector<std::unique_ptr<Command>> commands_;
  std::unique_ptr<Command> trailer_;
  std::vector<Place> places_;
  const Command* opaque_ = nullptr;
  const Command* block_of_any_ = nullptr;
  std::string closing_;
  bool negatable_ = false;
};

/// Parses a line with abbreviations and settles its value. After Outcome::ok `parsed` may still carry a refusal.
/// What the command itself has to say against the line: Parsed::refusal.
void settle(Parsed& parsed);
Outcome understand(const Mode& mode, Session& session, Parsed& parsed);
/// What `?` offers after `text`, of the first of `modes` that has something to offer; sorted, "<cr>" last.
std::vector<Expect> offers(const std::vector<const Mode*>& modes, std::string_view text);
/// `text` with its last word completed, and a blank where the word is whole.
std::string completed(const std::vector<const Mode*>& modes, std::string_view text);

/// The tables of modes, each built once, living for ever; those that global configuration opens: parser/modes/tables.hpp.
const Mode& global_mode();
/// Not part of the configuration (parser/modes/exec.cpp): before and after `enable`.
const Mode& user_exec_mode();
const Mode& privileged_exec_mode();
/// Every configuration mode, parents before children.
const std::vector<const Mode*>& config_modes();

}  // namespace parser

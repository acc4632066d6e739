// A recording of everything that decides what the engine does: events, times, and the random octets it drew, beside the actions
// it answered with. It begins with the engine, since nothing that begins later could be replayed. Keys are in none of it: of a
// key exchange the public value is kept, of AUTH what is on the wire anyhow; messages are written opened, by keys that the
// recording holds as long as it lives and that no text of it has. tests/replay plays one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/event.hpp"
#include "engine/random.hpp"

namespace cli {

/// How many keys of an IKE SA came before those a message is sealed with (RFC 9370, 2.2.2), and what stands inside.
struct OpenedMessage {
  std::size_t keys = 0;
  engine::Bytes prefix, iv, plain;  // up to and with the generic header of SK or SKF; padding is part of `plain`
};

/// The keys of IKE SAs in the order told.
using ExportedKeys = std::vector<std::shared_ptr<const engine::ExportKeys>>;
/// Those of one IKE SA.
ExportedKeys keys_of(const ExportedKeys& keys, engine::IkeSpi spi_i, engine::IkeSpi spi_r);
/// nullopt: the datagram is not protected, or not with any of these keys.
std::optional<OpenedMessage> open_message(engine::ByteView datagram, const ExportedKeys& keys);
/// The datagram again, under keys that need not be those it came with.
engine::Bytes seal_message(const OpenedMessage& opened, const engine::ExportKeys& keys);
/// " clear HEX", or " sealed N PREFIX IV PLAIN": what stands behind the addresses of a datagram.
std::string message_words(engine::ByteView datagram, const ExportedKeys& keys);

/// What an export takes with it, beside the loop. "unplayable" stands where an event, an action or a job has no words yet: a
/// recording with one cannot be replayed past it.
class Recording {
 public:
  /// A line; what of it has to wait for keys, or takes long to write, is made when the text is.
  struct Line {
    std::string text;
    engine::Bytes datagram{};
    std::function<std::string()> block{};  // of lines
  };
  std::vector<std::shared_ptr<const Line>> lines;
  ExportedKeys keys;
  bool full = false;
  std::string text() const;
};

class InputLog {
 public:
  /// A recording that has become so large goes no further.
  static constexpr std::size_t max_octets = 32 << 20;
  /// `configuration` gives what writes the configuration of a ConfigChanged, without secrets; called at once, what it returns
  /// when a text is made.
  using ConfigurationText = std::function<std::function<std::string()>(const std::shared_ptr<const engine::Config>&)>;
  explicit InputLog(ConfigurationText configuration) : configuration_(std::move(configuration)) {}

  /// Before the engine handles it, or does what is due.
  void event(engine::Time now, const engine::Event& event);
  void tick(engine::Time now);
  /// What it drew meanwhile; of secret octets the number is kept.
  void drawn(engine::ByteView octets);
  void drawn_secret(std::size_t octets);
  /// What it answered.
  void outcome(const engine::Actions& actions);

  /// Everything recorded, and its keys; nothing is recorded any more.
  void forget();

  bool full() const { return recording_.full; }
  std::size_t events() const { return events_; }
  std::size_t octets() const { return octets_; }
  Recording recording() const { return recording_; }

 private:
  void add(Recording::Line line);
  void begin(engine::Time now, Recording::Line what);

  ConfigurationText configuration_;
  Recording recording_;
  std::size_t events_ = 0, octets_ = 0;
};

/// Tells the recording, where there is one, what was drawn.
class RecordedRandom final : public engine::Rng {
 public:
  explicit RecordedRandom(engine::Rng& source) : source_(source) {}
  void record(InputLog* log) { log_ = log; }
  void fill(std::span<std::uint8_t> out) override {
    source_.fill(out);
    if (log_) log_->drawn(out);
  }
  void fill_secret(std::span<std::uint8_t> out) override {
    source_.fill_secret(out);
    if (log_) log_->drawn_secret(out.size());
  }

 private:
  engine::Rng& source_;
  InputLog* log_ = nullptr;
};

}  // namespace cli

#include "cli/input_log.hpp"

#include <algorithm>

#include "cli/replay_text.hpp"
#include "engine/crypto/cipher.hpp"
#include "engine/wire/message.hpp"

namespace cli {
namespace {

engine::crypto::CipherKeys cipher_keys(const engine::ExportKeys& keys, bool from_initiator) {
  return {keys.encryption, keys.integrity, from_initiator ? &keys.ei : &keys.er, from_initiator ? &keys.ai : &keys.ar};
}

std::string block_of(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += "\n| " + text.substr(at, end - at);
    at = end + 1;
  }
  return out;
}

/// What a job came to, without what is secret of it.
struct ResultWords {
  WordWriter& out;
  void operator()(const engine::Failure& failure) const {
    out.word("failure");
    out.put(failure);
  }
  void operator()(const engine::crypto::DhResult& result) const {
    out.word("dh");
    out.put(result.public_value);
  }
  void operator()(const engine::crypto::PskAuthResult& result) const {
    out.word("psk");
    out.put(result.auth);
  }
  void operator()(const engine::crypto::PpkResult&) const { out.word("ppk"); }
  template <class Other>
  void operator()(const Other&) const {
    out.word("unplayable");
  }
};

std::string line_of(const engine::JobDone& done) {
  WordWriter out;
  out.put(done.id);
  std::visit(ResultWords{out}, done.result);
  return "job-done" + out.text();
}

template <class T>
Recording::Line datagram_line(const char* what, const T& datagram) {
  WordWriter out;
  out.put(datagram.local);
  out.put(datagram.remote);
  return {what + out.text(), datagram.payload};
}

}  // namespace

ExportedKeys keys_of(const ExportedKeys& keys, engine::IkeSpi spi_i, engine::IkeSpi spi_r) {
  ExportedKeys out;
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(out),
               [&](const auto& each) { return each->spi_i == spi_i && each->spi_r == spi_r; });
  return out;
}

std::optional<OpenedMessage> open_message(engine::ByteView datagram, const ExportedKeys& keys) {
  const auto message = engine::wire::parse(datagram);
  if (!message.ok()) return std::nullopt;
  const auto* encrypted = engine::wire::find<engine::wire::EncryptedPayload>(message->payloads);
  if (!encrypted) return std::nullopt;
  const ExportedKeys of_sa = keys_of(keys, message->header.spi_i, message->header.spi_r);
  const engine::ByteView prefix = datagram.first(encrypted->offset), sealed = datagram.subspan(encrypted->offset);
  for (std::size_t i = of_sa.size(); i-- > 0;) {
    const auto plain = engine::crypto::open(cipher_keys(*of_sa[i], message->header.initiator), prefix, sealed);
    if (plain.ok())
      return OpenedMessage{i, engine::to_bytes(prefix), engine::to_bytes(sealed.first(of_sa[i]->encryption->iv_octets)), *plain};
  }
  return std::nullopt;
}

engine::Bytes seal_message(const OpenedMessage& opened, const engine::ExportKeys& keys) {
  const auto header = engine::wire::parse_header(opened.prefix);
  engine::Bytes out = opened.prefix;
  const engine::Bytes body =
      engine::crypto::seal(cipher_keys(keys, header.ok() && header->initiator), opened.prefix, opened.iv, opened.plain);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

std::string message_words(engine::ByteView datagram, const ExportedKeys& keys) {
  WordWriter out;
  if (const auto opened = open_message(datagram, keys)) {
    out.word("sealed");
    out.put(opened->keys);
    out.put(opened->prefix);
    out.put(opened->iv);
    out.put(opened->plain);
  } else {
    out.word("clear");
    out.put(engine::to_bytes(datagram));
  }
  return out.text();
}

std::string Recording::text() const {
  std::string out = "sallyport replay 1\n";
  for (const auto& line : lines) {
    out += line->text;
    if (!line->datagram.empty()) out += message_words(line->datagram, keys);
    if (line->block) out += block_of(line->block());
    out += '\n';
  }
  return out;
}

void InputLog::add(Recording::Line line) {
  octets_ += sizeof line + line.text.size() + line.datagram.size();
  recording_.lines.push_back(std::make_shared<const Recording::Line>(std::move(line)));
}

/// A recording ends between two events, so that its last one is whole.
void InputLog::begin(engine::Time now, Recording::Line what) {
  recording_.full = recording_.full || octets_ >= max_octets;
  if (recording_.full) return;
  ++events_;
  what.text = "in " + std::to_string(now.time_since_epoch().count()) + " " + what.text;
  add(std::move(what));
}

void InputLog::event(engine::Time now, const engine::Event& event) {
  const auto text_of = [this](const auto& each) -> Recording::Line {
    using T = std::decay_t<decltype(each)>;
    if constexpr (std::is_same_v<T, engine::ConfigChanged>)
      return {"config", {}, configuration_(each.config)};
    else if constexpr (std::is_same_v<T, engine::Datagram>)
      return datagram_line("datagram", each);
    else if constexpr (requires { line_of(each); })
      return {line_of(each)};
    else
      return {"unplayable"};
  };
  begin(now, std::visit(text_of, event));
}

void InputLog::tick(engine::Time now) { begin(now, {"tick"}); }

void InputLog::forget() {
  recording_ = {};
  recording_.full = true;
  events_ = octets_ = 0;
}

void InputLog::drawn(engine::ByteView octets) {
  if (!full()) add({"draw " + engine::to_hex(octets)});
}

void InputLog::drawn_secret(std::size_t octets) {
  if (!full()) add({"draw-secret " + std::to_string(octets)});
}

void InputLog::outcome(const engine::Actions& actions) {
  if (full()) return;
  for (const engine::Action& action : actions) {
    if (const auto* sent = std::get_if<engine::SendDatagram>(&action)) {
      add(datagram_line("out datagram", *sent));
      continue;
    }
    if (const auto* keys = std::get_if<engine::ExportKeys>(&action))
      recording_.keys.push_back(std::make_shared<const engine::ExportKeys>(
          engine::ExportKeys{keys->spi_i, keys->spi_r, keys->encryption, keys->integrity, keys->ei.duplicate(),
                             keys->er.duplicate(), keys->ai.duplicate(), keys->ar.duplicate()}));
    std::visit(
        [this](const auto& each) {
          if constexpr (requires { line_of(each); })
            add({"out " + line_of(each)});
          else
            add({"out unplayable"});
        },
        action);
  }
}

}  // namespace cli

#include "cli/control_protocol.hpp"

#include <algorithm>

#include "engine/bytes.hpp"

namespace cli {
namespace {

std::string frame(std::uint8_t kind, engine::ByteView head, std::string_view text) {
  engine::Writer out;
  out.u32(static_cast<std::uint32_t>(1 + head.size() + text.size()));
  out.u8(kind);
  out.bytes(head);
  out.bytes(engine::as_bytes(text));
  const engine::Bytes octets = out.take();
  return {octets.begin(), octets.end()};
}

std::string text_of(engine::ByteView view) { return {view.begin(), view.end()}; }

bool has_number(RequestKind kind) {
  return kind == RequestKind::hello || kind == RequestKind::line || kind == RequestKind::ahead;
}

}  // namespace

std::string encode(const Request& request) {
  engine::Writer head;
  if (request.kind == RequestKind::hello) {
    head.u16(control_version);
    head.u8(static_cast<std::uint8_t>(request.interaction));
  }
  if (has_number(request.kind)) head.u16(request.number);
  return frame(static_cast<std::uint8_t>(request.kind), head.view(), request.text);
}

std::string encode(const Reply& reply, std::size_t& taken) {
  engine::Writer head;
  if (reply.kind == ReplyKind::done) {
    head.u8(reply.flags);
    head.u16(reply.page);
  }
  const std::string_view piece = std::string_view(reply.text).substr(taken, reply_piece_octets);
  taken += piece.size();
  return frame(static_cast<std::uint8_t>(reply.kind), head.view(), piece);
}

std::optional<std::string> FrameReader::next() {
  if (broken_) return std::nullopt;
  engine::Reader reader(engine::as_bytes(std::string_view(buffer_).substr(position_)));
  const auto length = reader.u32();
  if (!length) return std::nullopt;
  if (*length == 0 || *length > max_frame_) {
    broken_ = true;
    return std::nullopt;
  }
  const auto body = reader.bytes(*length);
  if (!body) return std::nullopt;
  std::string out = text_of(*body);
  position_ += 4 + *length;
  if (position_ == buffer_.size() || position_ > max_frame_) {
    buffer_.erase(0, position_);
    position_ = 0;
  }
  return out;
}

std::optional<Request> parse_request(std::string_view frame) {
  engine::Reader reader(engine::as_bytes(frame));
  const auto kind = reader.u8();
  if (!kind || *kind < static_cast<std::uint8_t>(RequestKind::hello) || *kind > static_cast<std::uint8_t>(RequestKind::abort))
    return std::nullopt;
  Request out;
  out.kind = static_cast<RequestKind>(*kind);
  if (out.kind == RequestKind::hello) {
    const auto version = reader.u16();
    const auto interaction = reader.u8();
    if (version != control_version || !interaction || *interaction > 1) return std::nullopt;
    out.interaction = static_cast<Interaction>(*interaction);
  }
  if (has_number(out.kind)) {
    const auto number = reader.u16();
    if (!number) return std::nullopt;
    out.number = *number;
  }
  out.text = text_of(reader.rest());
  const bool has_text = out.kind != RequestKind::hello && out.kind != RequestKind::settle && out.kind != RequestKind::finish &&
                        out.kind != RequestKind::interrupt && out.kind != RequestKind::abort;
  if (!has_text && !out.text.empty()) return std::nullopt;
  return out;
}

std::optional<Reply> parse_reply(std::string_view frame) {
  engine::Reader reader(engine::as_bytes(frame));
  const auto kind = reader.u8();
  if (!kind || *kind < static_cast<std::uint8_t>(ReplyKind::output) || *kind > static_cast<std::uint8_t>(ReplyKind::monitor))
    return std::nullopt;
  Reply out;
  out.kind = static_cast<ReplyKind>(*kind);
  if (out.kind == ReplyKind::done) {
    const auto flags = reader.u8();
    const auto page = reader.u16();
    if (!flags || !page) return std::nullopt;
    out.flags = *flags;
    out.page = *page;
  }
  out.text = text_of(reader.rest());
  return out;
}

}  // namespace cli

#include "engine/eap/tls_fragments.hpp"

#include <algorithm>
#include <string>

namespace engine::eap {
namespace {

enum Flag : std::uint8_t { length_included = 0x80, more_fragments = 0x40, start_flag = 0x20 };

Failure malformed_tls(std::string why) { return {NotifyType::authentication_failed, Cause::eap_malformed, std::move(why)}; }

}  // namespace

Bytes TlsFragments::start() { return {start_flag}; }

bool TlsFragments::is_start(ByteView data) { return !data.empty() && (data[0] & start_flag); }

Result<TlsFragments::Got> TlsFragments::take(ByteView data) {
  Reader in(data);
  const auto flags = in.u8();
  if (!flags) return malformed_tls("an EAP-TLS message without flags");
  const bool more_to_come = *flags & more_fragments, with_length = *flags & length_included;
  const auto length = with_length ? in.u32() : std::nullopt;
  if (with_length && !length) return malformed_tls("an EAP-TLS message that breaks off in its length");
  const ByteView piece = in.rest();
  if (more_to_come && piece.empty()) return malformed_tls("an EAP-TLS fragment without content");
  if (!total_) {
    if (piece.empty() && !with_length) return Got::acknowledgement;
    if (more_to_come && !with_length)
      return malformed_tls("the first fragment of an EAP-TLS message does not say how long it is");
    total_ = with_length ? *length : piece.size();
    incoming_.clear();
    if (*total_ > longest_message) {
      total_.reset();
      return malformed_tls("an EAP-TLS message of " + std::to_string(*length) + " octets");
    }
  } else if (with_length && *length != *total_) {
    return malformed_tls("fragments of an EAP-TLS message that contradict each other in its length");
  }
  if (piece.size() > *total_ - incoming_.size())
    return malformed_tls("an EAP-TLS message that is longer than the " + std::to_string(*total_) + " octets it says");
  incoming_.insert(incoming_.end(), piece.begin(), piece.end());
  if (more_to_come) return Got::part;
  if (incoming_.size() != *total_)
    return malformed_tls("an EAP-TLS message that says it has " + std::to_string(*total_) + " octets, and has " +
                         std::to_string(incoming_.size()));
  total_.reset();
  return Got::whole;
}

void TlsFragments::send(Bytes message) {
  outgoing_ = std::move(message);
  sent_ = 0;
}

Bytes TlsFragments::next() {
  const std::size_t octets = std::min(outgoing_.size() - sent_, longest_fragment);
  const bool last = sent_ + octets == outgoing_.size(), first = sent_ == 0 && !last;
  Writer out;
  out.u8(static_cast<std::uint8_t>((first ? length_included : 0) | (last ? 0 : more_fragments)));
  if (first) out.u32(static_cast<std::uint32_t>(outgoing_.size()));
  out.bytes(ByteView(outgoing_).subspan(sent_, octets));
  sent_ += octets;
  return out.take();
}

}  // namespace engine::eap

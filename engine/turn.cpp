#include "engine/turn.hpp"

namespace engine {

void Turn::drop(const Datagram& datagram, Cause cause, const std::string& why) {
  ++core.dropped[static_cast<std::size_t>(cause)];
  if (!core.packet_notices) return;
  Notice notice{NoticeKind::datagram_dropped, cause};
  notice.local = datagram.local;
  notice.remote = datagram.remote;
  notice.text = why;
  emit(std::move(notice));
}

Duration Turn::between(Duration from, Duration to) {
  if (to <= from) return from;
  return from + Duration(static_cast<std::int64_t>(between(std::uint64_t{0}, static_cast<std::uint64_t>((to - from).count()))));
}

std::uint64_t Turn::between(std::uint64_t from, std::uint64_t to) { return from + core.rng.u64() % (to - from + 1); }

Notice notice_of(NoticeKind kind, const IkeSa& sa) {
  Notice notice{kind};
  notice.sa = sa.id;
  notice.local = sa.path.local;
  notice.remote = sa.path.remote;
  notice.spi_i = sa.spi_i;
  notice.spi_r = sa.spi_r;
  notice.initiator = sa.role == Role::initiator;
  return notice;
}

void note_step(Turn& turn, NoticeKind kind, const IkeSa& sa, const std::string& text) {
  if (!turn.core.packet_notices) return;
  Notice notice = notice_of(kind, sa);
  notice.text = text;
  turn.emit(std::move(notice));
}

void export_keys(Turn& turn, const IkeSa& sa, const Channel& channel) {
  if (!turn.core.exports_keys) return;
  const crypto::IkeKeys& keys = channel.keys();
  turn.emit(ExportKeys{sa.spi_i, sa.spi_r, channel.suite().encryption, channel.suite().integrity, keys.ei.duplicate(),
                       keys.er.duplicate(), keys.ai.duplicate(), keys.ar.duplicate()});
}

void note_datagram(Turn& turn, NoticeKind kind, IkeSaId sa, const SocketAddress& local, const SocketAddress& remote,
                   const wire::Header& header, const wire::Payloads& payloads) {
  if (!turn.core.packet_notices) return;
  Notice notice{kind};
  notice.sa = sa;
  notice.local = local;
  notice.remote = remote;
  notice.spi_i = header.spi_i;
  notice.spi_r = header.spi_r;
  notice.exchange = static_cast<std::uint8_t>(header.exchange);
  notice.response = header.response;
  notice.initiator = header.initiator;
  notice.message_id = header.message_id.value;
  for (const wire::Payload& payload : payloads) {
    notice.payloads.push_back(static_cast<std::uint8_t>(wire::type_of(payload)));
    if (const auto* notify = std::get_if<wire::NotifyPayload>(&payload))
      notice.notifies.push_back(static_cast<std::uint16_t>(notify->type));
  }
  turn.emit(std::move(notice));
}

void send_stateless(Turn& turn, const Datagram& request, const wire::Header& request_header, const wire::Payloads& payloads) {
  const wire::Header header{request_header.spi_i,      IkeSpi{0}, wire::PayloadType::none, request_header.exchange, false, true,
                            request_header.message_id, 0};
  note_datagram(turn, NoticeKind::datagram_sent, IkeSaId{}, request.local, request.remote, header, payloads);
  turn.emit(SendDatagram{request.local, request.remote, wire::encode(header, payloads)});
}

}  // namespace engine

#include "engine/eap/tls_talk.hpp"

namespace engine::eap {
namespace {

Failure unexpected_tls(std::string why) { return {NotifyType::authentication_failed, Cause::eap_unexpected, std::move(why)}; }

}  // namespace

TlsTalk::Next TlsTalk::compute(Bytes input) {
  return crypto::Job(crypto::TlsJob{settings_, std::move(session_), std::move(input), expected_});
}

TlsTalk::Next TlsTalk::begin() { return compute({}); }

TlsTalk::Next TlsTalk::take(ByteView data) {
  auto got = fragments_.take(data);
  if (!got.ok()) return std::move(got.failure());
  if (*got == TlsFragments::Got::acknowledgement) {
    if (fragments_.more()) return fragments_.next();
    if (failure_) return *failure_;
    if (settings_->server && proven()) return Over{};
    return unexpected_tls("an empty EAP-TLS message where TLS has to go on");
  }
  if (fragments_.more()) return unexpected_tls("an EAP-TLS message where an acknowledgement is due");
  if (*got == TlsFragments::Got::part) return TlsFragments().next();
  if (failure_) return *failure_;
  if (proven()) return unexpected_tls("TLS goes on behind its end");
  return compute(fragments_.message());
}

TlsTalk::Next TlsTalk::resume(crypto::TlsValues values) {
  session_ = std::move(values.session);
  failure_ = std::move(values.failure);
  // A client says nothing to an alert, and waits for the end of EAP.
  if (failure_ && values.output.empty() && settings_->server) return *failure_;
  if (values.finished) {
    peer_ = std::move(values.peer);
    msk_ = std::move(values.msk);
    session_.reset();
  }
  fragments_.send(std::move(values.output));
  return fragments_.next();
}

}  // namespace engine::eap

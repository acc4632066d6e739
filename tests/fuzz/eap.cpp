// EAP at either end: the first octet says whose messages are made up, what follows is messages with their length in front. Nobody
// who makes them up has shown that he knows the password.
#include <cstdlib>

#include "engine/eap/client.hpp"
#include "engine/eap/server.hpp"

namespace {

using namespace engine;

/// The same octets each time, so that a message can be an answer.
struct Fixed final : Rng {
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& octet : out) octet = 7;
  }
};

const crypto::KeyStore& passwords() {
  static const crypto::KeyStore keys = [] {
    crypto::KeyStore out;
    out.put(KeyRef{1}, Secret(as_bytes("open sesame")));
    return out;
  }();
  return keys;
}

template <class End>
void talk(End& end, eap::Step step, Reader messages) {
  Fixed rng;
  for (;;) {
    while (auto* compute = std::get_if<eap::Compute>(&step)) step = end.resume(crypto::run(std::move(compute->job), passwords()));
    if (std::holds_alternative<eap::Passed>(step)) std::abort();
    if (std::holds_alternative<eap::Refused>(step)) return;
    const auto length = messages.u8();
    const auto message = length ? messages.bytes(*length) : std::nullopt;
    if (!message) return;
    step = end.take(rng, *message);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Fixed rng;
  const Reader messages(ByteView(data + 1, size - 1));
  if (data[0] & 1) {
    eap::Client client(std::make_shared<const EapClient>(EapClient{"alice", KeyRef{1}}));
    talk(client, eap::Send{}, messages);
    return 0;
  }
  auto settings = std::make_shared<EapServer>();
  settings->query_identity = data[0] & 2;
  settings->users = std::make_shared<const LocalUsers>(LocalUsers{{"alice", KeyRef{1}}});
  eap::Server server(settings);
  eap::Step first = server.begin(rng);
  talk(server, std::move(first), messages);
  return 0;
}

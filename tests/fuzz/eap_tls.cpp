// EAP-TLS at either end: the first octet says whose messages are made up, what follows is messages with their length in front,
// as fragments of TLS. Nobody who makes them up has a certificate.
#include <cstdlib>

#include "engine/eap/client.hpp"
#include "engine/eap/server.hpp"
#include "tests/pki/maker.hpp"

namespace {

using namespace engine;

struct Fixed final : Rng {
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& octet : out) octet = 7;
  }
};

struct Known {
  crypto::KeyStore keys;
  std::shared_ptr<const EapServer> server;
  std::shared_ptr<const EapClient> client;
};

const Known& known() {
  static const Known known = [] {
    Known out;
    const pki::Holder root = pki::authority(), own = pki::end_entity(root, "DNS:gw.example.net");
    auto trustpoint = std::make_shared<Trustpoint>();
    trustpoint->anchors = {root.certificate()};
    trustpoint->certificate = own.certificate();
    trustpoint->key = KeyRef{1};
    out.keys.put(KeyRef{1}, Secret(own.key.pkcs8()));
    const auto settings = [&](bool server) {
      return std::make_shared<const TlsSettings>(TlsSettings{server, trustpoint, {trustpoint}});
    };
    EapServer server;
    server.users = std::make_shared<const LocalUsers>(LocalUsers{{"gw.example.net", KeyRef{}}});
    server.tls = settings(true);
    out.server = std::make_shared<const EapServer>(std::move(server));
    out.client = std::make_shared<const EapClient>(EapClient{{}, {}, settings(false)});
    return out;
  }();
  return known;
}

template <class End>
void talk(End& end, eap::Step step, eap::Code code, Reader messages) {
  Fixed rng;
  std::uint8_t id = 7;
  for (;;) {
    while (auto* compute = std::get_if<eap::Compute>(&step))
      step = end.resume(crypto::run(std::move(compute->job), known().keys, pki::now));
    if (std::holds_alternative<eap::Passed>(step)) std::abort();
    if (std::holds_alternative<eap::Refused>(step)) return;
    if (const auto* send = std::get_if<eap::Send>(&step); send && send->message.size() > 1) id = send->message[1];
    const auto length = messages.u16();
    const auto data = length ? messages.bytes(*length) : std::nullopt;
    if (!data) return;
    step = end.take(rng, eap::encode({code, id, eap::Type::tls, to_bytes(*data)}));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  Fixed rng;
  const Reader messages(ByteView(data + 1, size - 1));
  if (data[0] & 1) {
    eap::Client client(known().client);
    talk(client, client.take(rng, eap::encode({eap::Code::request, 1, eap::Type::tls, eap::TlsFragments::start()})),
         eap::Code::request, messages);
    return 0;
  }
  eap::Server server(known().server);
  talk(server, server.begin(rng), eap::Code::response, messages);
  return 0;
}

// Configuration payloads, both roles (RFC 7296, 2.19, 3.15), and the interface that stands for what they agree on: of a client
// here, or ours with `ip address negotiated`. Addresses are agreed on in IKE_AUTH, networks also later.
//
//   HDR, SK {IDi, AUTH, CP(CFG_REQUEST), SAi2, TSi, TSr}  -->
//                                 <--  HDR, SK {IDr, AUTH, CP(CFG_REPLY), SAr2, TSi, TSr}
//                                 <--  HDR, SK {IDr, AUTH, N(INTERNAL_ADDRESS_FAILURE)}   the IKE SA lives without a Child SA
//
//   HDR, SK {CP(CFG_SET)}  -->                                            networks behind the sender, either way
//                                 <--  HDR, SK {CP(CFG_ACK)}
#pragma once

#include <optional>

#include "engine/event.hpp"
#include "engine/wire/message.hpp"

namespace engine {
struct Established;
struct IkeSa;
struct Turn;
struct BookLine;

/// What stands for a client here, or for what we were assigned; lives as long as the IKE SA and what it is rekeyed to.
struct Access {
  std::string interface;             // Virtual-Access1; Tunnel0 of an initiator
  bool ours = false;                 // the peer has assigned it to us
  unsigned number = 0;               // of a virtual-access interface
  std::vector<IpAddress> claimed{};  // assigned by RADIUS
  std::string session{};             // for accounting
  IpAddress local{}, peer{};         // where it began
  Time since{};
  Time until = Time::max();     // the session is over then
  bool told = false;            // the peer knows the networks behind us
  std::vector<Lease> leases{};  // of our pools
  std::vector<Prefix> assigned{};
  std::vector<Prefix> networks{};  // behind the peer, as it says
};
}  // namespace engine

namespace engine::exchange::configuration {

/// In IKE_SA_INIT: of an initiator on behalf of a tunnel interface; of a responder that has clients, to one that announced it
/// too.
void announce_in_init(const Turn& turn, const IkeSa& sa, wire::Payloads& out);
void learn_of_init(IkeSa& sa, const wire::Payloads& payloads);

/// Initiator: CP(CFG_REQUEST) where the line's interface wants an address.
void request(const BookLine& line, wire::Payloads& out);
/// Once the SA is up: tells a peer that takes it which networks are behind us, unless it knows.
void plan_set(Turn& turn, IkeSa& sa);
/// The CFG_SET itself; nothing where there is nothing to tell any more.
void request_set(Turn& turn, IkeSa& sa);
/// A CFG_SET of the peer: what of it is accepted is routed to the peer, and acknowledged in `out`.
void respond_set(Turn& turn, IkeSa& sa, const wire::Payloads& request, wire::Payloads& out);
/// The verified answer: the interface has what was assigned. Fails where nothing was.
Status finish(Turn& turn, IkeSa& sa, const BookLine& line, const wire::Payloads& answer);

/// Responder, of an SA that has just been established: where the profile's peers are clients this one gets an interface, and
/// addresses if it asks; what it is told goes to `out`. Fails with INTERNAL_ADDRESS_FAILURE or FAILED_CP_REQUIRED.
Status respond(Turn& turn, IkeSa& sa, const wire::Payloads& request, wire::Payloads& out);

/// The end: interface and leases are given back.
void release(Turn& turn, Established& up);

}  // namespace engine::exchange::configuration

// Errors as values: what goes on the wire, the cause, and the reason in words kept to the end.
#pragma once

#include <cassert>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "engine/bytes.hpp"
#include "engine/cause.hpp"

namespace engine {

struct Evidence;

/// Notify Message Types (IANA IKEv2 registry; RFC 7296, 3.10.1). Errors are below 16384.
enum class NotifyType : std::uint16_t {
  none = 0,
  unsupported_critical_payload = 1,
  invalid_ike_spi = 4,
  invalid_major_version = 5,
  invalid_syntax = 7,
  invalid_message_id = 9,
  invalid_spi = 11,
  no_proposal_chosen = 14,
  invalid_ke_payload = 17,
  authentication_failed = 24,
  single_pair_required = 34,
  no_additional_sas = 35,
  internal_address_failure = 36,
  failed_cp_required = 37,
  ts_unacceptable = 38,
  invalid_selectors = 39,
  unacceptable_addresses = 40,
  unexpected_nat_detected = 41,
  temporary_failure = 43,
  child_sa_not_found = 44,
  state_not_found = 47,
  initial_contact = 16384,
  set_window_size = 16385,
  additional_ts_possible = 16386,
  nat_detection_source_ip = 16388,
  nat_detection_destination_ip = 16389,
  cookie = 16390,
  use_transport_mode = 16391,
  rekey_sa = 16393,
  esp_tfc_padding_not_supported = 16394,
  non_first_fragments_also = 16395,
  mobike_supported = 16396,
  additional_ip4_address = 16397,
  additional_ip6_address = 16398,
  no_additional_addresses = 16399,
  update_sa_addresses = 16400,
  cookie2 = 16401,
  no_nats_allowed = 16402,
  childless_ikev2_supported = 16418,
  fragmentation_supported = 16430,
  signature_hash_algorithms = 16431,
  use_ppk = 16435,
  ppk_identity = 16436,
  no_ppk_auth = 16437,
  intermediate_exchange_supported = 16438,
  additional_key_exchange = 16441,
};

/// Why something failed. `notify` is what the peer is told (none: nothing), `data` that notify's data,
/// `cause` the row of the closed list, `why` the evidence in words: values, never secrets. `evidence`: where more than words
/// is known (engine/evidence.hpp).
struct Failure {
  NotifyType notify = NotifyType::none;
  Cause cause = Cause::internal_error;
  std::string why;
  Bytes data{};
  std::shared_ptr<const Evidence> evidence{};
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() {
    assert(ok());
    return std::get<0>(state_);
  }
  const T& value() const {
    assert(ok());
    return std::get<0>(state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Failure& failure() {
    assert(!ok());
    return std::get<1>(state_);
  }
  const Failure& failure() const {
    assert(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Failure> state_;
};

struct Done {};
/// For operations that either succeed or fail with a reason.
using Status = Result<Done>;

}  // namespace engine

#define SALLYPORT_JOIN_(a, b) a##b
#define SALLYPORT_JOIN(a, b) SALLYPORT_JOIN_(a, b)
/// TRY(auto x, expression): x is the value; a failure returns from the function.
#define TRY(declaration, expression)                                                                    \
  auto SALLYPORT_JOIN(try_, __LINE__) = (expression);                                                   \
  if (!SALLYPORT_JOIN(try_, __LINE__).ok()) return std::move(SALLYPORT_JOIN(try_, __LINE__).failure()); \
  declaration = std::move(*SALLYPORT_JOIN(try_, __LINE__))
/// CHECK(expression): a failure returns from the function; the value is not needed.
#define CHECK_OK(expression)                                                                \
  do {                                                                                      \
    if (auto checked_ = (expression); !checked_.ok()) return std::move(checked_.failure()); \
  } while (false)

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
#include "engine/notify_type.hpp"

namespace engine {

struct Evidence;

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

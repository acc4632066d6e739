// A value that is seldom there: while it is not, it costs one pointer instead of its size.
#pragma once

#include <memory>
#include <utility>

namespace engine {

/// std::optional's interface, as far as anything needs it, over the heap. Move-only.
template <class T>
class Rare {
 public:
  Rare() = default;
  Rare(T value) : value_(std::make_unique<T>(std::move(value))) {}
  template <class Value>
  Rare& operator=(Value&& value) requires std::is_constructible_v<T, Value&&> &&
      (!std::is_same_v<std::remove_cvref_t<Value>, Rare>) {
    value_ = std::make_unique<T>(std::forward<Value>(value));
    return *this;
  }

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  void reset() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace engine

// A text that many have and nobody changes: its copies share it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace engine {

class Name {
 public:
  Name() = default;
  Name(std::string text) : text_(text.empty() ? nullptr : std::make_shared<const std::string>(std::move(text))) {}
  Name(std::string_view text) : Name(std::string(text)) {}
  Name(const char* text) : Name(std::string(text)) {}

  const std::string& text() const {
    static const std::string none;
    return text_ ? *text_ : none;
  }
  operator const std::string&() const { return text(); }
  bool empty() const { return !text_; }
  friend bool operator==(const Name& a, const Name& b) { return a.text_ == b.text_ || a.text() == b.text(); }
  template <class Text>
  requires std::is_convertible_v<const Text&, std::string_view>
  friend bool operator==(const Name& a, const Text& b) { return a.text() == std::string_view(b); }

 private:
  std::shared_ptr<const std::string> text_;  // null: empty
};

}  // namespace engine

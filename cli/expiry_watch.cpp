#include "cli/expiry_watch.hpp"

#include "cli/show_pki.hpp"
#include "parser/configuration.hpp"
#include "parser/pki_names.hpp"

namespace cli {
namespace {

constexpr std::int64_t expiry_day = 86400;
constexpr auto look_again = std::chrono::hours(1);

/// "9 Days 23 hours 59 mins 59 secs"
std::string left_text(std::int64_t seconds) {
  return std::to_string(seconds / expiry_day) + " Days " + std::to_string(seconds % expiry_day / 3600) + " hours " +
         std::to_string(seconds % 3600 / 60) + " mins " + std::to_string(seconds % 60) + " secs";
}

LogMessage expiry_message(const ShownCertificate& certificate, bool renews, ExpiryStep step, std::int64_t now) {
  const bool alert = step != ExpiryStep::days_30;
  std::string text = alert ? "%PKI-2-CERT_EXPIRY_ALERT: " : "%PKI-4-CERT_EXPIRY_WARNING: ";
  text += certificate.role == parser::CertificateRole::ca ? "CA Certificate" : "ID Certificate";
  text += " belonging to trustpoint " + certificate.trustpoints.front();
  text += step == ExpiryStep::over ? " has expired." : " will expire in " + left_text(certificate.details.not_after - now) + ".";
  text += " Issuer-name " + name_text(certificate.details.issuer) + " Subject-name " + name_text(certificate.details.subject) +
          " Serial-number " + certificate.details.serial + " Auto-Renewal: " + (renews ? "Enabled" : "Not Enabled");
  return {alert ? 2U : 4U, text};
}

bool renews(const parser::Configuration& configuration, const ShownCertificate& certificate) {
  const parser::Node* block = parser::trustpoint_block(configuration.data().root, certificate.trustpoints.front());
  return certificate.role == parser::CertificateRole::own && block && block->find<parser::TrustpointAutoEnroll>() != nullptr;
}

}  // namespace

ExpiryStep expiry_step(std::int64_t not_after, std::int64_t now) {
  const std::int64_t left = not_after - now;
  if (left < 0) return ExpiryStep::over;
  if (left <= expiry_day) return ExpiryStep::days_1;
  if (left <= 7 * expiry_day) return ExpiryStep::days_7;
  return left <= 30 * expiry_day ? ExpiryStep::days_30 : ExpiryStep::far;
}

std::vector<LogMessage> expiry_messages(const parser::Configuration& configuration, std::int64_t now, ToldExpiries& told) {
  std::vector<LogMessage> out;
  ToldExpiries present;
  for (const auto& each : certificates(configuration, {}, std::nullopt).certificates) {
    const ExpiryStep step = expiry_step(each.details.not_after, now);
    const std::string print = parser::hex_digits(each.details.sha1);
    const auto before = told.find(print);
    if (step != ExpiryStep::far && (before == told.end() || before->second < step))
      out.push_back(expiry_message(each, renews(configuration, each), step, now));
    present[print] = step;
  }
  told = std::move(present);
  return out;
}

ExpiryWatch::ExpiryWatch(kernel::Loop& loop, Backend& backend) : loop_(loop), backend_(backend) {
  clock_ = loop_.add_clock([this] { return next_; }, [this](engine::Time now) { look(now); });
}

void ExpiryWatch::look(engine::Time now) {
  next_ = now + look_again;
  for (const LogMessage& message : expiry_messages(backend_.running(), backend_.now().unix_milliseconds / 1000, told_))
    backend_.log().add(backend_.now(), message);
}

}  // namespace cli

// SPDX-License-Identifier: Apache-2.0
#include "io/mysql_tls_probe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/sslerr.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "io/broken_pipe.h"

namespace sluice {
namespace {

constexpr uint32_t kProtocol41 = 0x200;
constexpr uint32_t kSsl = 0x800;
constexpr uint32_t kSecureConnection = 0x8000;
constexpr uint32_t kPluginAuth = 0x80000;
constexpr size_t kGreetingBytesMax = 4096;

using SslContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;
using SslConnection = std::unique_ptr<SSL, decltype(&SSL_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

  bool ReadAll(char* out, size_t size) const {
    while (size > 0) {
      const ssize_t got = ::recv(fd_, out, size, 0);
      if (got <= 0) return false;
      out += got;
      size -= static_cast<size_t>(got);
    }
    return true;
  }

 private:
  int fd_;
};

bool ConnectWithin(int fd, const addrinfo& address, int millis) {
  const int flags = ::fcntl(fd, F_GETFL);
  ::fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  if (::connect(fd, address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS) return false;
    pollfd ready{fd, POLLOUT, 0};
    int error = 0;
    socklen_t size = sizeof(error);
    if (::poll(&ready, 1, millis) != 1) return false;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return false;
  }
  ::fcntl(fd, F_SETFL, flags);
  const timeval limit{millis / 1000, millis % 1000 * 1000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  return true;
}

Result<Socket> Connect(const SqlEndpoint& endpoint) {
  const std::string host = endpoint.host == "localhost" ? "127.0.0.1" : endpoint.host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed =
      ::getaddrinfo(host.c_str(), std::to_string(endpoint.port).c_str(), &hints, &found);
  const auto why = [&](const char* text) {
    return Fail(Code::kUnavailable, fmt::format("connecting to MySQL at {}:{}: {}", endpoint.host,
                                                endpoint.port, text));
  };
  if (failed != 0) return why(::gai_strerror(failed));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const auto millis = static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(endpoint.connect_timeout).count());
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol));
    if (socket.fd() >= 0 && ConnectWithin(socket.fd(), *one, millis)) return socket;
  }
  return why("no answer, or the connection was refused");
}

// Whether the greeting offers TLS. A server that says anything else will say it again to the
// connection proper.
bool OffersTls(const Socket& socket) {
  unsigned char header[4];
  if (!socket.ReadAll(reinterpret_cast<char*>(header), sizeof(header))) return true;
  const size_t size = header[0] | size_t{header[1]} << 8U | size_t{header[2]} << 16U;
  std::string greeting(std::min(size, kGreetingBytesMax), '\0');
  if (!socket.ReadAll(greeting.data(), greeting.size())) return true;
  if (greeting.empty() || greeting[0] != 10) return true;
  // Version, thread, eight bytes of the challenge and a filler; then the low capabilities.
  const size_t version_end = greeting.find('\0', 1);
  if (version_end == std::string::npos) return true;
  const size_t at = version_end + 1 + 4 + 8 + 1;
  if (at + 2 > greeting.size()) return true;
  const auto high = static_cast<unsigned char>(greeting[at + 1]);
  return (uint32_t{high} << 8U & kSsl) != 0;
}

// Why a handshake failed: a server that dies meanwhile comes back, a certificate that is not
// accepted stays so.
Status HandshakeError(const SSL* ssl, int returned) {
  const long verified = SSL_get_verify_result(ssl);
  if (verified != X509_V_OK) {
    return {Code::kInvalidConfig, fmt::format("its certificate is not accepted: {}",
                                              X509_verify_cert_error_string(verified))};
  }
  const int kind = SSL_get_error(ssl, returned);
  const unsigned long number = ERR_peek_error();
  const bool cut =
      kind != SSL_ERROR_SSL || ERR_GET_REASON(number) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (cut) return {Code::kUnavailable, "the connection ended during the TLS handshake"};
  const char* reason = ERR_reason_error_string(number);
  return {Code::kInvalidConfig, fmt::format("the TLS handshake failed: {}",
                                            reason == nullptr ? "unknown reason" : reason)};
}

Result<std::string> Fingerprint(const SqlEndpoint& endpoint, const Socket& socket) {
  const auto refused = [&](const std::string& why) {
    return Fail(Code::kInvalidConfig,
                fmt::format("MySQL at {}:{}: {}", endpoint.host, endpoint.port, why));
  };
  const SslContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return refused("no memory for TLS");
  if (endpoint.tls == TlsMode::kVerifyCa) {
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    const int loaded =
        endpoint.tls_ca_file.empty()
            ? SSL_CTX_set_default_verify_paths(context.get())
            : SSL_CTX_load_verify_locations(context.get(), endpoint.tls_ca_file.c_str(), nullptr);
    if (loaded != 1) return refused(fmt::format("{} holds no certificate", endpoint.tls_ca_file));
  }
  char request[4 + 32] = {32, 0, 0, 1};
  const uint32_t capabilities = kProtocol41 | kSsl | kSecureConnection | kPluginAuth;
  std::memcpy(request + 4, &capabilities, sizeof(capabilities));
  request[4 + 7] = 1;   // packets of 16 MiB
  request[4 + 8] = 45;  // utf8mb4
  const SslConnection ssl(SSL_new(context.get()), SSL_free);
  const bool sent = ::send(socket.fd(), request, sizeof(request), MSG_NOSIGNAL) ==
                    static_cast<ssize_t>(sizeof(request));
  if (!sent) {
    return Fail(Code::kUnavailable,
                fmt::format("MySQL at {}:{} ended the connection", endpoint.host, endpoint.port));
  }
  if (!ssl || SSL_set_fd(ssl.get(), socket.fd()) != 1) return refused("TLS cannot begin");
  ERR_clear_error();
  if (const int done = SSL_connect(ssl.get()); done != 1) {
    return Fail(HandshakeError(ssl.get(), done)
                    .In(fmt::format("connecting to MySQL at {}:{}", endpoint.host, endpoint.port)));
  }
  const Certificate certificate(SSL_get1_peer_certificate(ssl.get()), X509_free);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  if (!certificate || X509_digest(certificate.get(), EVP_sha1(), digest, &size) != 1) {
    return refused("it showed no certificate");
  }
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02X}", digest[i]);
  return hex;
}

}  // namespace

Result<TlsOffer> ProbeTls(const SqlEndpoint& endpoint) {
  IgnoreBrokenPipes();  // OpenSSL writes without MSG_NOSIGNAL
  ASSIGN_OR_RETURN(const Socket socket, Connect(endpoint));
  TlsOffer offer;
  offer.offered = OffersTls(socket);
  const bool handshake = endpoint.tls == TlsMode::kRequired || endpoint.tls == TlsMode::kVerifyCa;
  if (offer.offered && handshake) {
    ASSIGN_OR_RETURN(offer.fingerprint, Fingerprint(endpoint, socket));
  }
  return offer;
}

}  // namespace sluice

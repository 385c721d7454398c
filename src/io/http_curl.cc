// SPDX-License-Identifier: Apache-2.0
#include "io/http_curl.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <mutex>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/sync.h"
#include "io/broken_pipe.h"

namespace sluice {
namespace {

using http::Request;
using http::Response;

constexpr int kCancelPollMs = 50;
constexpr long kUploadBufferBytes = 256L * 1024;
constexpr long kConnectionsKeptMax = 16;
// Servers close idle connections; one that is about to be closed must not take a request.
constexpr long kIdleConnectionSeconds = 15;
constexpr size_t kIdleHandlesMax = 64;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, ListDeleter>;

// `location` seen from `base` (empty: absolute), without user and password. Empty: not http(s).
Url ParseUrl(const std::string& base, const std::string& location) {
  Url url(curl_url());
  if (!base.empty() && curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) {
    return nullptr;
  }
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) return nullptr;
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  char* scheme = nullptr;
  if (curl_url_get(url.get(), CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK) return nullptr;
  const bool known = std::strcmp(scheme, "http") == 0 || std::strcmp(scheme, "https") == 0;
  curl_free(scheme);
  return known ? std::move(url) : nullptr;
}

std::string Text(const Url& url) {
  char* text = nullptr;
  if (curl_url_get(url.get(), CURLUPART_URL, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// For messages: queries can hold signatures and tokens.
std::string TextWithoutQuery(const std::string& url) {
  const Url parsed = ParseUrl("", url);
  if (!parsed) return "(not a URL)";
  curl_url_set(parsed.get(), CURLUPART_QUERY, nullptr, 0);
  curl_url_set(parsed.get(), CURLUPART_FRAGMENT, nullptr, 0);
  return Text(parsed);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

const std::string* FindHeader(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool IsSafeToRepeat(const Request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

bool HasBody(const Request& request) {
  return request.body != nullptr || request.method == "PUT" || request.method == "POST";
}

// One request to one server: what curl's callbacks share.
struct Exchange {
  const Request* request = nullptr;
  CURL* easy = nullptr;
  size_t body_read = 0;
  int attempts = 0;
  Response response;
  bool headers_done = false;             // of the final answer, not of a 100
  std::optional<uint64_t> length_bytes;  // of the answer's body, where announced
  char error[CURL_ERROR_SIZE] = {};

  // Nothing of the answer is missing, whatever happens to the connection from now on.
  bool WholeAnswerCame() const {
    return headers_done && length_bytes.has_value() && response.body.size() >= *length_bytes;
  }
};

size_t OnBodyWanted(char* buffer, size_t size, size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (!exchange.request->body) return 0;
  const std::string_view rest =
      std::string_view(*exchange.request->body).substr(exchange.body_read);
  const size_t n = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), n);
  exchange.body_read += n;
  return n;
}

int OnBodyRewind(void* context, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<Exchange*>(context);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  exchange.body_read = static_cast<size_t>(offset);
  return CURL_SEEKFUNC_OK;
}

void BeginAnswer(Exchange& exchange, std::string_view status_line) {
  exchange.response = {};
  exchange.headers_done = false;
  exchange.length_bytes.reset();
  const auto space = status_line.find(' ');
  if (space == std::string_view::npos) return;
  const std::string_view rest = status_line.substr(space + 1);
  std::from_chars(rest.data(), rest.data() + rest.size(), exchange.response.status);
}

size_t OnHeader(char* data, size_t size, size_t count, void* context) {
  auto& exchange = *static_cast<Exchange*>(context);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) {
    BeginAnswer(exchange, line);
  } else if (Trim(line).empty()) {
    exchange.headers_done = exchange.response.status >= 200;
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name = LowerCase(Trim(line.substr(0, colon)));
    const std::string_view value = Trim(line.substr(colon + 1));
    uint64_t length = 0;
    if (name == "content-length" &&
        std::from_chars(value.data(), value.data() + value.size(), length).ec == std::errc()) {
      exchange.length_bytes = length;
    }
    exchange.response.headers.emplace_back(std::move(name), value);
  }
  return line.size();
}

size_t OnBody(char* data, size_t size, size_t count, void* context) {
  static_cast<Exchange*>(context)->response.body.append(data, size * count);
  return size * count;
}

// Curl repeats any request whose kept-alive connection died before an answer; the server may have
// acted on the first one.
int OnRequestStarts(void* context, char*, char*, int, int) {
  auto& exchange = *static_cast<Exchange*>(context);
  long sent_bytes = 0;
  curl_easy_getinfo(exchange.easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
  const bool answered = exchange.response.status >= 200;
  const bool repeats = ++exchange.attempts > 1 && sent_bytes > 0 && !answered;
  return repeats && !IsSafeToRepeat(*exchange.request) ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

// How one hop ended. `code` is curl's word, CURLE_OK when a whole answer came.
struct HopEnd {
  CURLcode code = CURLE_OK;
  bool cancelled = false;
  bool sent_something = false;
};

// A curl handle with the connections it keeps alive. Used by one thread at a time.
class Handle {
 public:
  Handle() : multi_(curl_multi_init()), easy_(curl_easy_init()) {
    CHECK(multi_ != nullptr && easy_ != nullptr);
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsKeptMax);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }

  HopEnd Run(const Request& request, const std::string& url, Duration time_left,
             const CancelToken& cancel, Exchange& exchange);

 private:
  void SetTarget(const Request& request, const std::string& url, Duration time_left);
  void SetBody(const Request& request, Exchange& exchange);
  void SetCallbacks(Exchange& exchange);

  CURLM* multi_;
  CURL* easy_;
};

long Milliseconds(Duration d) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(d).count();
  return std::max(1L, static_cast<long>(ms));  // 0 would mean no limit
}

void Handle::SetTarget(const Request& request, const std::string& url, Duration time_left) {
  curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);  // a cancel does not wait for a name server
  curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleConnectionSeconds);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, kUploadBufferBytes);
  curl_easy_setopt(easy_, CURLOPT_USERAGENT, "sluice");
  curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, Milliseconds(time_left));
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                   Milliseconds(std::min(request.connect_timeout, time_left)));
  // The body waits for the answer to Expect as long as the request may take: a body sent to a
  // server that is about to redirect would be lost.
  curl_easy_setopt(easy_, CURLOPT_EXPECT_100_TIMEOUT_MS, Milliseconds(time_left));
  if (!request.user.empty()) {
    curl_easy_setopt(easy_, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy_, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(easy_, CURLOPT_PASSWORD, request.password.Reveal().c_str());
  }
}

void Handle::SetBody(const Request& request, Exchange& exchange) {
  if (HasBody(request)) {
    const size_t bytes = request.body ? request.body->size() : 0;
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(bytes));
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &OnBodyWanted);
    curl_easy_setopt(easy_, CURLOPT_READDATA, &exchange);
    curl_easy_setopt(easy_, CURLOPT_SEEKFUNCTION, &OnBodyRewind);
    curl_easy_setopt(easy_, CURLOPT_SEEKDATA, &exchange);
  }
  if (request.method == "HEAD") curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void Handle::SetCallbacks(Exchange& exchange) {
  exchange.easy = easy_;
  curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, exchange.error);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(easy_, CURLOPT_PREREQFUNCTION, &OnRequestStarts);
  curl_easy_setopt(easy_, CURLOPT_PREREQDATA, &exchange);
}

HeaderList MakeHeaders(const Request& request) {
  HeaderList list;
  const auto add = [&list](const std::string& line) {
    list.reset(curl_slist_append(list.release(), line.c_str()));
  };
  for (const auto& [name, value] : request.headers) {
    add(value.empty() ? name + ";" : fmt::format("{}: {}", name, value));
  }
  add(request.expect_continue ? "Expect: 100-continue" : "Expect:");
  return list;
}

HopEnd Handle::Run(const Request& request, const std::string& url, Duration time_left,
                   const CancelToken& cancel, Exchange& exchange) {
  exchange.request = &request;
  const HeaderList headers = MakeHeaders(request);
  SetTarget(request, url, time_left);
  SetBody(request, exchange);
  SetCallbacks(exchange);
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.get());
  curl_multi_add_handle(multi_, easy_);
  HopEnd end{.code = CURLE_AGAIN};
  while (true) {
    int running = 0;
    CHECK(curl_multi_perform(multi_, &running) == CURLM_OK);
    if (running == 0 || exchange.WholeAnswerCame()) break;
    end.cancelled = cancel.cancelled();
    if (end.cancelled) break;
    CHECK(curl_multi_poll(multi_, nullptr, 0, kCancelPollMs, nullptr) == CURLM_OK);
  }
  int left = 0;
  if (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    end.code = message->data.result;
  }
  long sent_bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &sent_bytes);
  end.sent_something = sent_bytes > 0;
  if (exchange.WholeAnswerCame()) end.code = CURLE_OK;
  // Curl takes a connection that closes amid the headers for the end of the answer.
  if (end.code == CURLE_OK && !exchange.headers_done) end.code = CURLE_PARTIAL_FILE;
  // Taking an unfinished request out closes its connection.
  curl_multi_remove_handle(multi_, easy_);
  curl_easy_reset(easy_);
  return end;
}

bool NoRetryMends(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return true;
    default:
      return false;
  }
}

Status Failure(const Request& request, const std::string& url, const HopEnd& end,
               const Exchange& exchange) {
  const std::string what = fmt::format("{} {}", request.method, TextWithoutQuery(url));
  if (end.cancelled) return {Code::kCancelled, what + ": the job was asked to stop"};
  std::string cause = exchange.error[0] != 0 ? exchange.error : curl_easy_strerror(end.code);
  if (end.code == CURLE_ABORTED_BY_CALLBACK) {
    cause = "the connection was closed before an answer came";
  }
  if (!end.sent_something) {
    const Code code = NoRetryMends(end.code) ? Code::kInvalidConfig : Code::kUnavailable;
    return {code, fmt::format("{}: {} (nothing was sent)", what, cause)};
  }
  return {Code::kTimeout, fmt::format("{}: {} (outcome unknown)", what, cause)};
}

// Where the answer sends the request, if it does.
const std::string* RedirectOf(const Request& request, const Exchange& exchange) {
  const int status = exchange.response.status;
  const bool same_method = status == 307 || status == 308;
  const bool becomes_get = status >= 301 && status <= 303 && IsSafeToRepeat(request);
  if (!exchange.headers_done || !(same_method || becomes_get)) return nullptr;
  return FindHeader(exchange.response, "location");
}

Status CheckRequest(const Request& request) {
  if (!ParseUrl("", request.url)) {
    return {Code::kInvalidConfig, fmt::format("{}: not an http or https URL", request.method)};
  }
  for (const auto& [name, value] : request.headers) {
    if ((name + value).find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return {Code::kInvalidConfig, fmt::format("{} {}: a header holds a line break",
                                                request.method, TextWithoutQuery(request.url))};
    }
  }
  return {};
}

class CurlClient final : public http::Client {
 public:
  explicit CurlClient(Env& env) : env_(env) {}

  Result<Response> Perform(const Request& request, const CancelToken& cancel) override {
    RETURN_IF_ERROR(CheckRequest(request));
    RETURN_IF_ERROR(cancel.Check());
    std::unique_ptr<Handle> handle = Take();
    Result<Response> result = Follow(*handle, request, cancel);
    GiveBack(std::move(handle));
    return result;
  }

 private:
  Result<Response> Follow(Handle& handle, const Request& request, const CancelToken& cancel);

  std::unique_ptr<Handle> Take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<Handle>();
    std::unique_ptr<Handle> handle = std::move(idle_.back());
    idle_.pop_back();
    return handle;
  }
  void GiveBack(std::unique_ptr<Handle> handle) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < kIdleHandlesMax) idle_.push_back(std::move(handle));
  }

  Env& env_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;  // the last used one is taken first
};

Result<Response> CurlClient::Follow(Handle& handle, const Request& request,
                                    const CancelToken& cancel) {
  const Deadline deadline = env_.Now() + request.timeout;
  std::string url = Text(ParseUrl("", request.url));
  for (int hop = 0;; ++hop) {
    Exchange exchange;
    const HopEnd end = handle.Run(request, url, deadline - env_.Now(), cancel, exchange);
    if (end.cancelled) return Fail(Failure(request, url, end, exchange));
    // A redirect counts as soon as its headers are there, even if the connection broke after them.
    const std::string* location = RedirectOf(request, exchange);
    if (location == nullptr || request.redirects_max == 0) {
      if (end.code != CURLE_OK) return Fail(Failure(request, url, end, exchange));
      return std::move(exchange.response);
    }
    const Url next = ParseUrl(url, *location);
    if (!next || hop == request.redirects_max) {
      return Fail(Code::kUnavailable,
                  fmt::format("{} {}: {} (nothing was done)", request.method, TextWithoutQuery(url),
                              next ? fmt::format("redirected more than {} times", hop)
                                   : "redirected to something that is not an http or https URL"));
    }
    url = Text(next);
  }
}

}  // namespace

std::unique_ptr<http::Client> MakeCurlClient(Env& env) {
  static std::once_flag once;
  std::call_once(once, [] {
    IgnoreBrokenPipes();
    CHECK(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  });
  return std::make_unique<CurlClient>(env);
}

}  // namespace sluice

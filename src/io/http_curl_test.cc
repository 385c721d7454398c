// SPDX-License-Identifier: Apache-2.0
#include "io/http_curl.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>

#include "io/scripted_server_for_tests.h"

namespace sluice {
namespace {

using http::Request;
using http::Response;
using testing::HasSubstr;
using testing::Not;
using Connection = ScriptedConnection;

// base64 of "load:s3cret-word"
constexpr std::string_view kAuthorization = "Authorization: Basic bG9hZDpzM2NyZXQtd29yZA==\r\n";

class HttpCurlTest : public testing::Test {
 protected:
  static Request Make(std::string method, std::string url) {
    Request request;
    request.method = std::move(method);
    request.url = std::move(url);
    request.user = "load";
    request.password = Secret("s3cret-word");
    request.timeout = std::chrono::seconds(8);
    return request;
  }
  static Request Put(std::string url, std::string body) {
    Request request = Make("PUT", std::move(url));
    request.body = std::make_shared<const std::string>(std::move(body));
    return request;
  }
  Result<Response> Perform(const Request& request) { return client_->Perform(request, cancel_); }
  Status Failed(const Request& request) {
    auto response = Perform(request);
    if (!response) {
      EXPECT_THAT(std::string(response.error().message()), Not(HasSubstr("s3cret")));
      return response.error();
    }
    ADD_FAILURE() << "answered " << response->status << " " << response->body;
    return {};
  }

  CancelToken cancel_;
  std::unique_ptr<http::Client> client_ = MakeCurlClient(Env::Default());
};

std::string Redirect(const std::string& to) {
  return "HTTP/1.1 307 Temporary Redirect\r\nLocation: " + to +
         "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

TEST_F(HttpCurlTest, AnswersWithStatusHeadersAndBody) {
  std::string head;
  ScriptedServer server({[&](Connection& c) {
    head = c.ReadHead();
    c.Write("HTTP/1.1 404 Not Found\r\nX-Thing: A b \r\nTransfer-Encoding: chunked\r\n\r\n");
    c.Write("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  }});
  Request request = Make("GET", server.url("/a?b=c"));
  request.headers = {{"X-Own", "1"}, {"X-Empty", ""}};
  const auto response = Perform(request);
  server.Stop();
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->body, "abcde");
  EXPECT_THAT(response->headers, testing::Contains(testing::Pair("x-thing", "A b")));
  EXPECT_THAT(head, testing::StartsWith("GET /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Own: 1\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Empty:\r\n"));
  EXPECT_THAT(head, HasSubstr(kAuthorization));
  EXPECT_THAT(head, Not(HasSubstr("Expect")));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
}

TEST_F(HttpCurlTest, APostWithoutBodyAnnouncesNone) {
  std::string head;
  ScriptedServer server({[&](Connection& c) {
    head = c.ReadHead();
    c.Answer("200 OK", "ok");
  }});
  Request request = Make("POST", server.url("/begin"));
  request.user.clear();
  ASSERT_EQ(Perform(request)->body, "ok");
  server.Stop();
  EXPECT_THAT(head, testing::StartsWith("POST /begin HTTP/1.1\r\n"));
  EXPECT_THAT(head, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Transfer-Encoding")));
  EXPECT_THAT(head, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(head, Not(HasSubstr("Expect")));
  EXPECT_THAT(head, Not(HasSubstr("Authorization")));
}

TEST_F(HttpCurlTest, ALargeBodyGoesWithoutExpect) {
  const std::string body(3 << 20, 'r');
  std::string head;
  std::string received;
  ScriptedServer server({[&](Connection& c) {
    head = c.ReadHead();
    received = c.ReadBytes(body.size());
    c.Answer("200 OK", "ok");
  }});
  ASSERT_EQ(Perform(Put(server.url("/load"), body))->status, 200);
  server.Stop();
  EXPECT_THAT(head, HasSubstr("Content-Length: 3145728\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("Expect")));
  EXPECT_EQ(received, body);
}

TEST_F(HttpCurlTest, ARedirectIsFollowedBeforeTheBodyIsSent) {
  const std::string body(2 << 20, 'r');
  std::string target_head;
  std::string target_body;
  ScriptedServer target({[&](Connection& c) {
    target_head = c.ReadHead();
    c.Write("HTTP/1.1 100 Continue\r\n\r\n");
    target_body = c.ReadBytes(body.size());
    c.Answer("200 OK", "loaded");
  }});
  std::string first_head;
  std::string first_body;
  ScriptedServer first({[&](Connection& c) {
    first_head = c.ReadHead();
    c.Write(Redirect("http://other:gone@127.0.0.1:" + std::to_string(target.port()) + "/x?l=1"));
    first_body = c.ReadAll();
  }});
  Request request = Put(first.url("/x?l=1"), body);
  request.expect_continue = true;
  request.headers = {{"label", "L1"}};
  const auto response = Perform(request);
  first.Stop();
  target.Stop();
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->body, "loaded");
  EXPECT_EQ(first_body, "");
  EXPECT_EQ(target_body, body);
  for (const std::string& head : {first_head, target_head}) {
    EXPECT_THAT(head, testing::StartsWith("PUT /x?l=1 HTTP/1.1\r\n"));
    EXPECT_THAT(head, HasSubstr("Expect: 100-continue\r\n"));
    EXPECT_THAT(head, HasSubstr("label: L1\r\n"));
    EXPECT_THAT(head, HasSubstr(kAuthorization));
    EXPECT_THAT(head, HasSubstr("Content-Length: 2097152\r\n"));
  }
}

TEST_F(HttpCurlTest, ARedirectAfterTheBodySendsItAgain) {
  std::vector<std::string> bodies;
  ScriptedServer server({[&](Connection& c) {
                           c.ReadHead();
                           bodies.push_back(c.ReadBytes(4));
                           c.Write(Redirect("/second"));
                         },
                         [&](Connection& c) {
                           EXPECT_THAT(c.ReadHead(), testing::StartsWith("PUT /second "));
                           bodies.push_back(c.ReadBytes(4));
                           c.Answer("200 OK", "ok");
                         }});
  EXPECT_EQ(Perform(Put(server.url("/first"), "rows"))->body, "ok");
  server.Stop();
  EXPECT_EQ(bodies, (std::vector<std::string>{"rows", "rows"}));
}

TEST_F(HttpCurlTest, RedirectsAreCounted) {
  ScriptedServer server({[&](Connection& c) {
    c.ReadHead();
    c.Write(Redirect("/again"));
  }});
  Request request = Make("POST", server.url("/"));
  request.redirects_max = 2;
  const Status status = Failed(request);
  EXPECT_EQ(status.code(), Code::kUnavailable) << status.ToString();
  EXPECT_EQ(server.accepted(), 3);
  request.redirects_max = 0;
  EXPECT_EQ(Perform(request)->status, 307);
  EXPECT_EQ(server.accepted(), 4);
}

TEST_F(HttpCurlTest, NothingSentIsUnavailable) {
  const std::string refusing =
      "http://127.0.0.1:" + std::to_string(RefusingPort()) + "/p/t?token=x";
  const Status refused = Failed(Make("POST", refusing));
  EXPECT_EQ(refused.code(), Code::kUnavailable) << refused.ToString();
  EXPECT_THAT(std::string(refused.message()), HasSubstr("POST http://127.0.0.1:"));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("/p/t"));
  EXPECT_THAT(std::string(refused.message()), Not(HasSubstr("token")));

  ScriptedServer first({[&](Connection& c) {
    c.ReadHead();
    c.Write(Redirect(refusing));
  }});
  const Status target_refused = Failed(Put(first.url("/"), "rows"));
  EXPECT_EQ(target_refused.code(), Code::kUnavailable) << target_refused.ToString();
}

TEST_F(HttpCurlTest, AServerThatDoesNotAcceptIsUnavailableInTime) {
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(listener, 0), 0);
  ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<int> fillers;  // fill the backlog, so that the next connection gets no answer
  for (int i = 0; i < 4; ++i) {
    fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    ::connect(fillers.back(), reinterpret_cast<sockaddr*>(&address), size);
  }
  Request request =
      Make("POST", "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port)) + "/");
  request.connect_timeout = std::chrono::milliseconds(150);
  EXPECT_EQ(Failed(request).code(), Code::kUnavailable);
  for (const int fd : fillers) ::close(fd);
  ::close(listener);
}

TEST_F(HttpCurlTest, AnEarlyAnswerEndsTheSending) {
  std::latch answered(1);
  ScriptedServer server({[&](Connection& c) {
    c.ReadHead();
    c.ReadBytes(1000);
    c.Answer("200 OK", R"({"Status":"Fail"})");
    answered.wait();  // neither reads on nor closes
  }});
  const auto response = Perform(Put(server.url("/load"), std::string(64 << 20, 'r')));
  answered.count_down();
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->body, R"({"Status":"Fail"})");
}

TEST_F(HttpCurlTest, AnEarlyErrorThatClosesIsRead) {
  ScriptedServer server({[&](Connection& c) {
    c.ReadHead();
    c.Answer("401 Unauthorized", "denied", "Connection: close\r\n");
    c.ReadBytes(64 << 20);
  }});
  const auto response = Perform(Put(server.url("/load"), std::string(64 << 20, 'r')));
  ASSERT_TRUE(response.has_value()) << response.error().ToString();
  EXPECT_EQ(response->status, 401);
  EXPECT_EQ(response->body, "denied");
}

TEST_F(HttpCurlTest, AFinalAnswerInsteadOfContinueSendsNoBody) {
  std::string rest;
  ScriptedServer server({[&](Connection& c) {
    c.ReadHead();
    c.Answer("200 OK", "refused", "Connection: close\r\n");
    rest = c.ReadAll();
  }});
  Request request = Put(server.url("/load"), std::string(1 << 20, 'r'));
  request.expect_continue = true;
  EXPECT_EQ(Perform(request)->body, "refused");
  server.Stop();
  EXPECT_EQ(rest, "");
}

TEST_F(HttpCurlTest, ACutAnswerLeavesTheOutcomeUnknown) {
  const std::vector<ScriptedServer::Script> cuts = {
      [](Connection& c) { c.ReadHead(); },
      [](Connection& c) {
        c.ReadHead();
        c.Reset();
      },
      [](Connection& c) {
        c.ReadHead();
        c.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123");
      },
      [](Connection& c) {
        c.ReadHead();
        c.Write("HTTP/1.1 200 OK\r\nContent-Le");
      },
  };
  for (size_t i = 0; i < cuts.size(); ++i) {
    ScriptedServer server({cuts[i]});
    const Status status = Failed(Put(server.url("/load"), "rows"));
    EXPECT_EQ(status.code(), Code::kTimeout) << i << " " << status.ToString();
    EXPECT_THAT(std::string(status.message()), HasSubstr("PUT http://127.0.0.1:"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("unknown"));
  }
}

TEST_F(HttpCurlTest, AHangEndsAtTheDeadline) {
  ScriptedServer server({[](Connection& c) { c.ReadAll(); }});
  Request request = Put(server.url("/load"), "rows");
  request.timeout = std::chrono::milliseconds(150);
  const TimePoint start = Env::Default().Now();
  EXPECT_EQ(Failed(request).code(), Code::kTimeout);
  const Duration took = Env::Default().Now() - start;
  EXPECT_GE(took, std::chrono::milliseconds(140));
  EXPECT_LT(took, std::chrono::seconds(3));
}

TEST_F(HttpCurlTest, ACancelEndsAHang) {
  std::latch received(1);
  ScriptedServer server({[&](Connection& c) {
    c.ReadHead();
    received.count_down();
    c.ReadAll();
  }});
  TimePoint cancelled_at;
  Thread canceller("canceller", [&] {
    received.wait();
    cancelled_at = Env::Default().Now();
    cancel_.Cancel();
  });
  const Status status = Failed(Put(server.url("/load"), "rows"));
  const TimePoint ended_at = Env::Default().Now();
  canceller.Join();
  EXPECT_EQ(status.code(), Code::kCancelled);
  EXPECT_LT(ended_at - cancelled_at, std::chrono::milliseconds(500));  // 100, on an idle machine
  EXPECT_EQ(Failed(Put(server.url("/load"), "rows")).code(), Code::kCancelled);
  EXPECT_EQ(server.accepted(), 1);
}

TEST_F(HttpCurlTest, ConnectionsAreKept) {
  ScriptedServer server({[](Connection& c) {
    while (!c.ReadHead().empty()) c.Answer("200 OK", "ok");
  }});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Perform(Make("POST", server.url("/")))->status, 200);
  EXPECT_EQ(server.accepted(), 1);
  client_.reset();
}

TEST_F(HttpCurlTest, OnlyASafeRequestIsRepeatedWhenAKeptConnectionDies) {
  const ScriptedServer::Script dies_at_the_second = [](Connection& c) {
    c.ReadHead();
    c.Answer("200 OK", "first");
    c.ReadHead();
  };
  const ScriptedServer::Script answers = [](Connection& c) {
    while (!c.ReadHead().empty()) c.Answer("200 OK", "fresh");
  };
  ScriptedServer posts({dies_at_the_second, answers});
  EXPECT_EQ(Perform(Make("POST", posts.url("/")))->body, "first");
  const Status status = Failed(Make("POST", posts.url("/")));
  EXPECT_EQ(status.code(), Code::kTimeout) << status.ToString();

  ScriptedServer gets({dies_at_the_second, answers});
  EXPECT_EQ(Perform(Make("GET", gets.url("/")))->body, "first");
  const auto repeated = Perform(Make("GET", gets.url("/")));
  ASSERT_TRUE(repeated.has_value()) << repeated.error().ToString();
  EXPECT_EQ(repeated->body, "fresh");
  client_.reset();
}

TEST_F(HttpCurlTest, WhatNoRetryMendsIsRefused) {
  EXPECT_EQ(Failed(Make("GET", "ftp://127.0.0.1/")).code(), Code::kInvalidConfig);
  EXPECT_EQ(Failed(Make("GET", "http://u:s3cret@:x/")).code(), Code::kInvalidConfig);
  Request request = Make("GET", "http://127.0.0.1:1/");
  request.headers = {{"label", "a\r\nX-Injected: 1"}};
  EXPECT_EQ(Failed(request).code(), Code::kInvalidConfig);
}

TEST_F(HttpCurlTest, SeveralThreadsShareTheClient) {
  ScriptedServer server({[](Connection& c) {
    while (true) {
      const std::string head = c.ReadHead();
      if (head.empty()) return;
      c.Answer("200 OK", head.substr(0, head.find(" HTTP")));
    }
  }});
  std::atomic<int> wrong = 0;
  {
    std::vector<Thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back("caller", [&, t] {
        for (int i = 0; i < 25; ++i) {
          const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
          const auto response = Perform(Make("GET", server.url(path)));
          if (!response || response->body != "GET " + path) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
  EXPECT_LE(server.accepted(), 4);
  client_.reset();
}

}  // namespace
}  // namespace sluice

// SPDX-License-Identifier: Apache-2.0
// Runs one job file in SeaTunnel's engine inside this process, as `seatunnel.sh -e local` does; for
// the starter that has that command is not in Maven Central in the version of the engine and the
// connectors. The last line of standard output says what the engine counted: "rows READ WRITTEN".

import com.hazelcast.client.config.ClientConfig;
import com.hazelcast.core.HazelcastInstance;
import java.util.List;
import org.apache.seatunnel.common.config.Common;
import org.apache.seatunnel.common.config.DeployMode;
import org.apache.seatunnel.engine.client.SeaTunnelClient;
import org.apache.seatunnel.engine.client.job.ClientJobProxy;
import org.apache.seatunnel.engine.client.job.JobMetricsRunner.JobMetricsSummary;
import org.apache.seatunnel.engine.common.config.ConfigProvider;
import org.apache.seatunnel.engine.common.config.JobConfig;
import org.apache.seatunnel.engine.common.config.SeaTunnelConfig;
import org.apache.seatunnel.engine.core.job.JobResult;
import org.apache.seatunnel.engine.core.job.JobStatus;
import org.apache.seatunnel.engine.server.SeaTunnelServerStarter;

public class LocalJob {
  public static void main(String[] args) throws Exception {
    Common.setDeployMode(DeployMode.CLIENT);
    Common.setStarter(true);
    SeaTunnelConfig config = ConfigProvider.locateAndGetSeaTunnelConfig();
    String cluster = "peers-" + ProcessHandle.current().pid();
    config.getHazelcastConfig().setClusterName(cluster);
    HazelcastInstance server = SeaTunnelServerStarter.createHazelcastInstance(config);
    int port = server.getCluster().getLocalMember().getSocketAddress().getPort();
    ClientConfig client = ConfigProvider.locateAndGetClientConfig();
    client.setClusterName(cluster);
    client.getNetworkConfig().setAddresses(List.of("127.0.0.1:" + port));
    boolean finished;
    try (SeaTunnelClient engine = new SeaTunnelClient(client)) {
      finished = run(engine, args[0], config);
    }
    server.shutdown();
    System.exit(finished ? 0 : 1);
  }

  private static boolean run(SeaTunnelClient engine, String file, SeaTunnelConfig config)
      throws Exception {
    JobConfig job = new JobConfig();
    job.setName("peers");
    ClientJobProxy running = engine.createExecutionContext(file, job, config).execute();
    JobResult result = running.waitForJobCompleteV2();
    JobMetricsSummary rows = engine.getJobMetricsSummary(running.getJobId());
    if (result.getStatus() != JobStatus.FINISHED) {
      System.err.println(result.getStatus() + ": " + result.getError());
      return false;
    }
    System.out.println("rows " + rows.getSourceReadCount() + " " + rows.getSinkWriteCount());
    return true;
  }
}

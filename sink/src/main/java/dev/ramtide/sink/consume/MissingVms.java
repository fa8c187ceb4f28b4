package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * VMs that were named to a sink and are not there at its start: without an agent yet, of a wrong
 * name, or not to be seen by this user. In a list of topics the latter are missing as if they did
 * not exist; asked for by name, Kafka tells.
 *
 * <p>{@link #refusal} is for all threads.
 */
final class MissingVms {
  private static final Logger LOG = LoggerFactory.getLogger(MissingVms.class);

  private final VmFilter filter;
  private final SinkClients.Cluster cluster;
  private final Map<VmId, IOException> refused = new ConcurrentHashMap<>();
  private boolean told;

  MissingVms(VmFilter filter, SinkClients.Cluster cluster) {
    this.filter = filter;
    this.cluster = cluster;
  }

  /**
   * Says once who is missing.
   *
   * @throws RefusedException none of the named VMs may be seen
   */
  void tell(Set<VmId> followed) throws IOException, InterruptedException {
    if (told) {
      return;
    }
    List<VmId> missing = new ArrayList<>(filter.vms());
    missing.removeAll(followed);
    for (VmId vm : missing) {
      ask(vm);
    }
    if (!refused.isEmpty() && refused.size() == filter.vms().size()) {
      throw refused.values().iterator().next();
    }
    refused.forEach(
        (vm, why) ->
            LOG.atError()
                .addKeyValue("vm", vm)
                .addKeyValue("reason", why.getMessage())
                .log("the VM cannot be followed before this is granted, any others go on"));
    missing.removeAll(refused.keySet());
    if (!missing.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("vms", missing)
          .log("no topics of these VMs yet: waiting for their agents");
    }
    told = true;
  }

  private void ask(VmId vm) throws InterruptedException {
    try {
      cluster.topicIds(new VmTopics(filter.topicPrefix(), vm));
    } catch (RefusedException e) {
      refused.put(vm, e);
    } catch (IOException e) {
      LOG.debug("not there yet: {}", vm, e);
    }
  }

  /** Why a VM is missing; empty when it is only not there yet. */
  Optional<IOException> refusal(VmId vm) {
    return Optional.ofNullable(refused.get(vm));
  }
}

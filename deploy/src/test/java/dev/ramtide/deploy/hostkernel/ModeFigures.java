package dev.ramtide.deploy.hostkernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.CloudKernel;
import dev.ramtide.deploy.testbed.DebianPackages;
import dev.ramtide.deploy.testbed.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a checkpoint costs in each mode, beside each other on a kernel that has them all: a table in
 * Markdown, in most of an hour. No promise is tested, so nothing runs it but
 *
 * <pre>
 *   mvn verify -Dtest=none -Dit.test=ModeFigures -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 */
final class ModeFigures {
  /** What is in there beside the distribution, in its place. */
  private static final Path AGENTS = Path.of("target", "test-classes").toAbsolutePath();

  private static final String AGENT_CLASS = AgentRuns.class.getName().replace('.', '/') + ".class";

  private static final Duration SOON = Duration.ofMinutes(2);

  /** What has a figure by then is in the table. */
  private static final Duration LIMIT = Duration.ofMinutes(55);

  /** For the largest guest, the heap of an agent, and the files in there. */
  private static final int VM_MIB = 7168;

  /** An eighth of it holds the pages that were copied in the pause. */
  private static final int HEAP_MIB = 2048;

  /** Has all agents in one process, which is told what to be by descriptor 3. */
  private static final String START =
      """
      mkfifo options lines
      %s <options >lines &
      agent=$!
      exec 3>options 4<lines
      # used FILE: ticks of processor into $ticks. The name before them may have any characters.
      used() { ticks=0; read -r stat <$1; set -- ${stat##*) }; ticks=$((${12} + ${13})); }
      # measure CELL OPTIONS: runs an agent, and says at each of its lines what was used until then.
      measure() {
        guest=$(grep -l '^CPU 0' /proc/$qemu/task/*/comm)
        echo "$2" >&3
        while read -r line <&4; do
          case $line in
            %s*) echo "$line after $(cut -d ' ' -f 1 /proc/uptime) s"; break ;;
          esac
          used /proc/$agent/stat; all=$ticks
          used /proc/$qemu/stat; all="$all $ticks"
          used ${guest%%comm}stat
          echo "figure $1 $all $ticks $line"
        done
      }
      """;

  @TempDir private Path directory;

  @Test
  @Timeout(value = 65, unit = TimeUnit.MINUTES)
  void eachModeBesideTheOthers() throws Exception {
    assumeTrue(
        DebianPackages.areToBeHad(),
        "SKIPPED: no apt-get here, so no kernel that marks changed pages: run this on Debian");
    List<String> said;
    try (Pipeline pipeline = Pipeline.start(directory)) {
      said = run(pipeline);
    }
    assertThat(print(said)).as("cells without a figure").isEmpty();
  }

  private List<String> run(Pipeline pipeline) throws Exception {
    MovableRamtide ramtide = MovableRamtide.make(directory);
    rehearse(ramtide, pipeline);
    Initramfs contents =
        new Initramfs(CloudKernel.fetch())
            .with(InstalledQemu.files())
            .with(ramtide.files())
            .with(List.of(AGENTS.resolve(AGENT_CLASS)));
    List<String> agents = ramtide.command(HEAP_MIB, AGENTS, AgentRuns.class);
    StringBuilder script =
        new StringBuilder(START.formatted(NestedGuest.quoted(agents), AgentRuns.DONE));
    for (Load load : Load.ALL) {
      Path work = Files.createDirectory(directory.resolve(load.name()));
      contents.with(List.of(work));
      script.append(measured(load, NestedGuest.in(work, load.spec()), pipeline));
    }
    int port = Integer.parseInt(pipeline.bootstrapServers().replaceAll(".*:", ""));
    Initramfs.Task task = new Initramfs.Task(script.toString(), port, LIMIT);
    try (KernelVm vm = KernelVm.boot(directory, contents, task, VM_MIB)) {
      int exit = vm.awaitEnd();
      System.out.println("exit " + exit + " of the task" + vm.account());
      return vm.said();
    }
  }

  /** Starts a guest, has it captured in each mode, and ends it. */
  private static String measured(Load load, NestedGuest guest, Pipeline pipeline) {
    StringBuilder script =
        new StringBuilder(guest.startScript()).append("qemu=$(cat %s)\n".formatted(guest.pid()));
    for (String mode : load.modes()) {
      List<String> agent = args(load.cell(mode), guest.agentSocket(), pipeline, mode);
      agent.addAll(load.options(mode));
      script.append("measure %s '%s'\n".formatted(load.cell(mode), String.join(" ", agent)));
    }
    return script.append("kill $qemu; until [ -e ended ]; do usleep 100000; done\n").toString();
  }

  private static List<String> print(List<String> said) throws IOException {
    List<String> missing = new ArrayList<>();
    System.out.println(
        "| RAM | changed | mode | pause, ms | pages read | pages published | MiB published"
            + " | CPU s, agent | CPU s, QEMU |\n|---|---|---|---|---|---|---|---|---|");
    for (Load load : Load.sorted()) {
      for (String mode : load.modes()) {
        String start = "figure " + load.cell(mode) + " ";
        Optional<Figure> figure =
            Figure.of(
                said.stream()
                    // One that was just being printed at the limit has no end.
                    .filter(line -> line.startsWith(start) && line.endsWith("}"))
                    .map(line -> line.substring(start.length()))
                    .toList());
        String row = load.columns() + mode + " | ";
        System.out.println(row + figure.map(Figure::columns).orElse("- | - | - | - | - | - |"));
        if (figure.isEmpty()) {
          missing.add(load.cell(mode));
        }
      }
    }
    return missing;
  }

  /** Of a guest here; not in a mode that is measured, which this kernel may not have. */
  private void rehearse(MovableRamtide ramtide, Pipeline pipeline) throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 32, GuestProgram.busy(12, 1024));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      List<String> args = new ArrayList<>(List.of("agent"));
      args.addAll(args("rehearsal", guest.agentSocket(), pipeline, "stop"));
      args.addAll(List.of("--checkpoints", "2", "--interval", "1s"));
      ramtide.rehearse(args);
    }
  }

  private static List<String> args(String vm, Path socket, Pipeline pipeline, String mode) {
    List<String> args = new ArrayList<>(List.of("--json", "--vm", vm));
    args.addAll(List.of("--qmp", socket.toString(), "--mode", mode));
    args.addAll(List.of("--bootstrap-server", pipeline.bootstrapServers()));
    return args;
  }
}

package dev.ramtide.deploy.secured;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A line of {@code kafka-acls.sh ... --add}, for the options that our pages use; any other is
 * refused.
 *
 * @param operations as the line spells them
 */
record AclLine(
    AclPermissionType permission,
    String principal,
    List<String> operations,
    ResourcePattern resource) {
  static final String COMMAND = "kafka-acls.sh ";

  static AclLine parse(String line) {
    AclPermissionType permission = AclPermissionType.UNKNOWN;
    String principal = "";
    List<String> operations = new ArrayList<>();
    ResourceType type = ResourceType.UNKNOWN;
    PatternType pattern = PatternType.LITERAL;
    String name = "";
    Iterator<String> words = List.of(line.substring(COMMAND.length()).split(" ", -1)).iterator();
    while (words.hasNext()) {
      String option = words.next();
      String value = option.equals("--add") ? "" : words.next();
      switch (option) {
        case "--add", "--bootstrap-server", "--command-config" -> {}
        case "--allow-principal", "--deny-principal" -> {
          permission = AclPermissionType.fromString(option.substring(2, option.indexOf("-p")));
          principal = value;
        }
        case "--operation" -> operations.add(value);
        case "--resource-pattern-type" ->
            pattern = PatternType.valueOf(value.toUpperCase(Locale.ROOT));
        case "--topic", "--group" -> {
          type = ResourceType.fromString(option.substring(2));
          name = value;
        }
        default -> throw new IllegalArgumentException(option + " in " + line);
      }
    }
    return new AclLine(permission, principal, operations, new ResourcePattern(type, name, pattern));
  }

  /** A line for each operation. */
  List<AclLine> oneByOne() {
    return operations.stream()
        .map(operation -> new AclLine(permission, principal, List.of(operation), resource))
        .toList();
  }

  /** The only one. */
  String operation() {
    return operations.get(0);
  }

  List<AclBinding> bindings() {
    return operations.stream().map(this::binding).toList();
  }

  private AclBinding binding(String operation) {
    String constant = operation.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    return new AclBinding(
        resource,
        new AccessControlEntry(principal, "*", AclOperation.valueOf(constant), permission));
  }
}

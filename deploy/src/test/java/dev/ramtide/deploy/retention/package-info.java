/** What stays for how long: prune, delete, and the copies that a standby keeps. */
@NullMarked
package dev.ramtide.deploy.retention;

import org.jspecify.annotations.NullMarked;

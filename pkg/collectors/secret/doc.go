// Package secret finds credentials: the keys, tokens and passwords that osint
// shows to others.
//
// A [Chain] looks for a NAME in one place after the other, and the first that
// has it wins:
//
//  1. the environment: NAME, else the file that NAME_FILE names
//  2. secrets.yaml in the folder of the configuration, which only its owner may read
//  3. the keyring of the operating system: service osint, user NAME
//  4. secrets.age, or the file that OSINT_SECRETS_AGE names, encrypted by age
//  5. secrets.sops.yaml, encrypted by SOPS to age recipients
//  6. HashiCorp Vault, where VAULT_ADDR names one: one secret of a KV engine of
//     version 2, whose keys are NAMEs
//
// A place is looked into when a name is first asked for that no place before it
// has, and once: but for Vault, whose secret is read anew after some minutes.
//
// Several values of one NAME, for sources that take turns among keys, are NAME,
// NAME_2, NAME_3 and so on without a gap, or a list where the place has lists. No
// value is expanded: ${OTHER} is five letters and some signs.
//
// A place that can't be read is not an empty one. Its error says what to type,
// and holds no value, nor part of one.
package secret

<?php
// Tests code against an NP6 in memory. Run it with: php test_subscribe.php

/** Sends a request, and gives the status and the body as JSON. */
function send(string $method, string $url, ?array $body = null, array $headers = []): array
{
    $content = $body === null ? '' : json_encode($body);
    $header = ['Content-Type: application/json', ...$headers];
    $http = compact('method', 'header', 'content') + ['ignore_errors' => true];
    $response = file_get_contents($url, false, stream_context_create(['http' => $http]));
    return [(int) explode(' ', $http_response_header[0])[1], json_decode($response, true)];
}

/** The code under test: creates a contact, and tries again while NP6 is in maintenance. */
function subscribe(string $url, string $key, string $email): string
{
    for ($attempt = 0; $attempt < 3; $attempt++) {
        [$status, $target] = send('POST', "$url/targets", ['8103' => $email], ["X-Key: $key"]);
        if ($status !== 503) break;
    }
    return $status === 200 ? $target['id'] : throw new Exception("NP6 responded $status");
}

function expect(mixed $expected, mixed $actual): void
{
    if ($expected !== $actual) throw new Exception('Unexpected: ' . json_encode($actual));
}

// The sandbox ends with its standard input, and so with this program.
$command = ['npx', '-y', '@effect-np6/targets', 'sandbox', '--json', '--exit-with-stdin'];
$sandbox = proc_open($command, [['pipe', 'r'], ['pipe', 'w'], STDERR], $pipes);
['url' => $url, 'key' => $key] = json_decode(fgets($pipes[1]), true);

// The next creation of this contact meets a 503.
send('POST', "$url/_sandbox/faults", [
    'on' => ['operation' => 'targets.create', 'unicity' => 'jane@example.com'],
    'fault' => ['_tag' => 'Respond', 'status' => 503],
]);

$id = subscribe($url, $key, 'jane@example.com');

[, $log] = send('GET', "$url/_sandbox/requests?operation=targets.create");
expect([503, 200], array_column($log, 'status'));
[, $state] = send('GET', "$url/_sandbox/state?search=jane@example.com");
expect([$id], array_column($state['targets'], 'id'));
echo "Created $id with the second request.\n";
